import Type, { type Static } from 'typebox';
import { errorRecordSchema } from './error-record.ts';
import { pluginIdSchema } from './plugin-status.ts';

const settings = Type.Record(Type.String(), Type.Unknown());
const phase = Type.Enum(['loading', 'missing', 'invalid', 'known']);

export const entrySchema = Type.Object(
  {
    id: pluginIdSchema,
    enabled: Type.Boolean(),
    artifactPath: Type.String(),
    permissions: Type.Array(Type.String(), { description: 'What the operator granted' }),
    config: settings,
    isolation: Type.Enum(['shared', 'own', 'thread']),
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
