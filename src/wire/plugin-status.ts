import Type, { type Static } from 'typebox';
import { pluginStates } from '../../relays/plugin-status.ts';
import { errorRecordSchema } from './error-record.ts';

/** The longest id the grammar of plugin ids allows; the grammar itself is checked where ids are looked up. */
const maxIdChars = 128;

export const pluginIdSchema = Type.String({
  minLength: 1,
  maxLength: maxIdChars,
  description: 'Id of a plugin',
});
export const timeSchema = Type.Number({ description: 'Milliseconds since 1970-01-01 UTC' });

/** `PluginStatus` on the wire. */
export const pluginStatusSchema = Type.Object(
  {
    id: pluginIdSchema,
    state: Type.Enum([...pluginStates]),
    phase: Type.Optional(Type.String({ description: 'Where inside the state: backoff, pendingApproval' })),
    since: timeSchema,
    message: Type.Optional(Type.String()),
    error: Type.Optional(errorRecordSchema),
    degraded: Type.Optional(errorRecordSchema),
    foundIn: Type.Optional(Type.String({ description: 'Set while no entry names it: its folder' })),
    version: Type.Optional(Type.String()),
    digest: Type.Optional(Type.String()),
    cell: Type.Optional(Type.String()),
    tier: Type.Optional(Type.String()),
  },
  { description: 'What one plugin is doing' },
);
export type PluginReport = Readonly<Static<typeof pluginStatusSchema>>;
export type PluginState = PluginReport['state'];

export const pluginsSchema = Type.Object({ plugins: Type.Array(pluginStatusSchema) });
