import { firstValueFrom } from 'rxjs';
import Type, { type Static } from 'typebox';
import { checkConfigText } from '../config-check.ts';
import { SignalboxError } from '../core/errors.ts';
import { isPluginId } from '../core/ids.ts';
import type { Runtime } from '../options.ts';
import { defineRoute, type Route } from './route.ts';
import { errorRecordSchema, pluginIdSchema, timeSchema } from './wire-schemas.ts';

type Edit = Parameters<Runtime['config']['edit']>[0];
type Document = Awaited<ReturnType<Runtime['config']['edit']>>;
type Entry = Document['entries'][number];

/** As large as a config file may be. */
const maxConfigChars = 1024 * 1024;
/** The same with its quotes and line breaks escaped. */
const configBodyBytes = 3 * 1024 * 1024;

const settings = Type.Record(Type.String(), Type.Unknown());

const entrySchema = Type.Object(
  {
    id: pluginIdSchema,
    enabled: Type.Boolean(),
    artifactPath: Type.String(),
    permissions: Type.Array(Type.String(), { description: 'What the operator granted' }),
    leases: Type.Array(
      Type.Object({
        permission: Type.String(),
        grantedAt: Type.Optional(timeSchema),
        expiresAt: Type.Optional(timeSchema),
        calls: Type.Optional(Type.Integer()),
        bytes: Type.Optional(Type.Integer()),
      }),
      { description: 'Grants that end' },
    ),
    approved: Type.Optional(Type.String({ description: 'Names what an upgrade asks for and was approved' })),
    policy: Type.String({ description: 'Name of the policy that bounds it' }),
    config: settings,
    watch: Type.Optional(Type.Object({ directories: Type.Array(Type.String()), debounceMs: Type.Integer() })),
    limits: Type.Record(Type.String(), Type.Number(), { description: 'Those it sets itself' }),
    isolation: Type.Enum(['shared', 'own', 'thread']),
    onReloadFailure: Type.Enum(['keep', 'stop']),
    secrets: Type.Record(
      Type.String(),
      Type.Object({
        from: Type.String({ description: 'Where the host finds it: env:API_TOKEN or file:secrets/token' }),
        origins: Type.Array(Type.String()),
      }),
      { description: 'By name; what they are is told to nobody' },
    ),
  },
  { description: 'One entry, defaults filled in' },
);
const rejectedSchema = Type.Object({ id: pluginIdSchema, error: errorRecordSchema });

export const configRoutes: readonly Route[] = [
  defineRoute({
    operation: 'getConfig',
    method: 'GET',
    path: '/config',
    scope: 'read',
    summary: 'The config that runs, and what is wrong with the file as it stands',
    answer: {
      kind: 'json',
      schema: Type.Object({
        phase: Type.Enum(['loading', 'missing', 'invalid', 'known']),
        file: Type.String(),
        problem: Type.Optional(errorRecordSchema),
        document: Type.Optional(
          Type.Object({
            fingerprint: Type.String(),
            settings,
            entries: Type.Array(entrySchema),
            rejected: Type.Array(rejectedSchema),
            warnings: Type.Array(errorRecordSchema),
          }),
        ),
      }),
    },
    handle: async ({ runtime }) => {
      const replay = await firstValueFrom(runtime.relays.pluginsConfigReplay);
      const problem = 'problem' in replay ? replay.problem : undefined;
      return {
        phase: replay.phase,
        file: runtime.config.file,
        ...(problem && { problem }),
        ...(replay.phase === 'known' && { document: documentAnswer(replay.document) }),
      };
    },
  }),
  defineRoute({
    operation: 'patchEntry',
    method: 'PATCH',
    path: '/config/entries/{id}',
    scope: 'write',
    summary: 'Change an entry in one save; a setting that is null is removed (RFC 7396)',
    params: Type.Object({ id: pluginIdSchema }, { additionalProperties: false }),
    body: Type.Object(
      {
        enabled: Type.Optional(Type.Boolean()),
        config: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 256 }), Type.Unknown())),
      },
      { additionalProperties: false },
    ),
    answer: { kind: 'json', schema: entrySchema },
    handle: async ({ runtime }, { params: { id }, body: { enabled, config = {} } }) => {
      if (!isPluginId(id)) throw unknownEntry(id);
      const document = await runtime.config.edit({
        change: 'several',
        edits: [
          ...(enabled === undefined ? [] : [{ change: 'set-enabled', id, enabled } as const]),
          ...Object.entries(config).map(([key, value]) =>
            value === null
              ? ({ change: 'remove-config', id, key } as const)
              : ({ change: 'set-config', id, key, value } as const),
          ),
        ],
      } satisfies Edit);
      const entry = document.entries.find((each) => each.id === id);
      if (entry) return entryAnswer(entry);
      const rejection = document.rejected.find((each) => each.id === id);
      throw rejection ? SignalboxError.fromRecord(rejection.error) : unknownEntry(id);
    },
  }),
  defineRoute({
    operation: 'checkConfig',
    method: 'POST',
    path: '/config/check',
    scope: 'read',
    summary: 'What would be wrong with a text as the config; nothing it names is looked at, nothing is saved',
    body: Type.Object({ text: Type.String({ maxLength: maxConfigChars }) }, { additionalProperties: false }),
    maxBodyBytes: configBodyBytes,
    answer: {
      kind: 'json',
      schema: Type.Object({
        problem: Type.Optional(errorRecordSchema),
        entries: Type.Array(Type.Object({ id: pluginIdSchema, enabled: Type.Boolean() })),
        rejected: Type.Array(rejectedSchema),
        warnings: Type.Array(errorRecordSchema),
      }),
    },
    handle: ({ runtime }, { body }) => checkConfigText(body.text, runtime.config.file),
  }),
];

function documentAnswer({ fingerprint, settings, entries, rejected, warnings }: Document) {
  return { fingerprint, settings, entries: entries.map(entryAnswer), rejected, warnings };
}

/** Field by field: what entries come to hold one day is told when somebody says so, not by itself. */
function entryAnswer(entry: Entry): Static<typeof entrySchema> {
  const { id, enabled, artifactPath, config, limits, isolation, onReloadFailure } = entry;
  const { permissions, leases, approved, policy, watch, secrets = {} } = entry;
  return {
    id,
    enabled,
    artifactPath,
    permissions: [...permissions],
    leases: [...leases],
    ...(approved !== undefined && { approved }),
    policy: policy.name,
    config,
    ...(watch && { watch: { ...watch, directories: [...watch.directories] } }),
    limits,
    isolation,
    onReloadFailure,
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, { from, origins }]) => [
        name,
        { from: from.kind === 'env' ? `env:${from.name}` : `file:${from.path}`, origins: [...origins] },
      ]),
    ),
  };
}

function unknownEntry(id: string): SignalboxError {
  return new SignalboxError('PLUGIN_UNKNOWN', `No entry of the config has the id ${JSON.stringify(id)}`);
}
