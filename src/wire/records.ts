import Type, { type Static, type TObject } from 'typebox';
import { logLevels } from '../../relays/plugin-log.ts';
import { pluginIdSchema, timeSchema } from './plugin-status.ts';

/** The names of server-sent events, beside `reset`. */
export const topics = ['status', 'config', 'event', 'log', 'audit', 'telemetry', 'transition'] as const;
export type Topic = (typeof topics)[number];

/** From chatter to alarm. */
export const levelsByGravity = [...logLevels];
export const logLevelSchema = Type.Enum([...logLevels]);

export const logLineSchema = Type.Object({
  plugin: pluginIdSchema,
  time: timeSchema,
  level: logLevelSchema,
  message: Type.String(),
  fields: Type.Record(Type.String(), Type.Unknown()),
  dropped: Type.Optional(Type.Integer({ description: 'Lines dropped before this one' })),
});
export type LogLine = Readonly<Static<typeof logLineSchema>>;

export const auditSchema = Type.Object({
  plugin: pluginIdSchema,
  time: timeSchema,
  decision: Type.Enum(['granted', 'withheld', 'used', 'denied']),
  permission: Type.String(),
  method: Type.Optional(Type.String({ description: 'Of a request: GET' })),
  rule: Type.String({ description: 'The grant that allowed it, or the rule that did not' }),
  repeats: Type.Optional(Type.Integer({ description: 'Further uses since the record before' })),
});
export type AuditLine = Readonly<Static<typeof auditSchema>>;

export const telemetrySchema = Type.Object({
  kind: Type.Enum(['counter', 'duration', 'usage', 'limit', 'metric']),
  time: timeSchema,
  plugin: Type.Optional(pluginIdSchema),
});

/** One answer of a route that lists records. */
export function pageOf<Row extends TObject>(row: Row) {
  return Type.Object({
    records: Type.Array(row),
    next: Type.String({ description: 'Ask with after=<this> for what comes later' }),
    isGap: Type.Boolean({ description: 'Records behind "after" are no longer kept' }),
    lost: Type.Integer({ description: 'Older ones that are no longer kept, all plugins together' }),
  });
}
