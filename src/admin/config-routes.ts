import { firstValueFrom } from 'rxjs';
import Type from 'typebox';
import { checkConfigText } from '../config-check.ts';
import { SignalboxError } from '../core/errors.ts';
import { isPluginId } from '../core/ids.ts';
import type { Runtime } from '../options.ts';
import { configSchema, entrySchema, rejectedSchema } from '../wire/config.ts';
import { errorRecordSchema } from '../wire/error-record.ts';
import { pluginIdSchema } from '../wire/plugin-status.ts';
import { entryAnswer } from './entry-answer.ts';
import { defineRoute, type Route } from './route.ts';

type Edit = Parameters<Runtime['config']['edit']>[0];
type Document = Awaited<ReturnType<Runtime['config']['edit']>>;

/** As large as a config file may be. */
const maxConfigChars = 1024 * 1024;
/** The same with its quotes and line breaks escaped. */
const configBodyBytes = 3 * 1024 * 1024;

export const configRoutes: readonly Route[] = [
  defineRoute({
    operation: 'getConfig',
    method: 'GET',
    path: '/config',
    scope: 'read',
    summary: 'The config that runs, and what is wrong with the file as it stands',
    answer: { kind: 'json', schema: configSchema },
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

function unknownEntry(id: string): SignalboxError {
  return new SignalboxError('PLUGIN_UNKNOWN', `No entry of the config has the id ${JSON.stringify(id)}`);
}
