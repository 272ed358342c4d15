import Type, { type Static } from 'typebox';
import { errorRecordSchema } from './error-record.ts';
import { leaseSchema } from './permissions.ts';
import { pluginIdSchema } from './plugin-status.ts';

const settings = Type.Record(Type.String(), Type.Unknown());
const phase = Type.Enum(['loading', 'missing', 'invalid', 'known']);

export const entrySchema = Type.Object(
  {
    id: pluginIdSchema,
    enabled: Type.Boolean(),
    artifactPath: Type.String(),
    permissions: Type.Array(Type.String(), { description: 'What the operator granted' }),
    leases: Type.Array(leaseSchema, { description: 'Grants that end' }),
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

export const rejectedSchema = Type.Object({ id: pluginIdSchema, error: errorRecordSchema });

export const configSchema = Type.Object({
  phase,
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
});

/** That there is another config, and whether it can be used. */
export const configNewsSchema = Type.Object({
  phase,
  problem: Type.Optional(errorRecordSchema),
  fingerprint: Type.Optional(Type.String()),
});
export type ConfigNews = Readonly<Static<typeof configNewsSchema>>;
