import Type from 'typebox';
import { logLevels } from '../../relays/plugin-log.ts';
import { pluginStates } from '../../relays/plugin-status.ts';
import { errorCatalogue } from '../core/error-catalogue.ts';

/** The longest id the grammar of plugin ids allows; the grammar itself is checked where ids are looked up. */
const maxIdChars = 128;

export const pluginIdSchema = Type.String({
  minLength: 1,
  maxLength: maxIdChars,
  description: 'Id of a plugin',
});
export const timeSchema = Type.Number({ description: 'Milliseconds since 1970-01-01 UTC' });
export const logLevelSchema = Type.Enum([...logLevels]);

const locationSchema = Type.Object({
  file: Type.Optional(Type.String()),
  line: Type.Integer(),
  column: Type.Integer(),
  frame: Type.Optional(Type.String()),
});

/** `ErrorRecord` on the wire. */
export const errorRecordSchema = Type.Object({
  code: Type.String({ description: 'One of docs/reference/errors.md' }),
  blame: Type.Enum(['user', 'plugin', 'host']),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
  location: Type.Optional(locationSchema),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

/** RFC 9457, with the fields of an error record beside its own. */
export const problemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:signalbox:error:<code>' }),
    title: Type.String({ description: 'What the code means' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What happened' }),
    code: Type.Enum(Object.keys(errorCatalogue)),
    blame: Type.Enum(['user', 'plugin', 'host']),
    hint: Type.Optional(Type.String({ description: 'What mends it' })),
    location: Type.Optional(locationSchema),
    details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { description: 'Why a request was refused or failed' },
);

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

/** A machine's place on the wire, see `ActorReading`. */
export const actorReadingSchema = Type.Object(
  {
    actor: Type.String({ description: 'Its own while it lives' }),
    id: Type.String({ description: 'Its name in its parent' }),
    machine: Type.String({ description: 'Which of the machines it runs' }),
    parent: Type.Optional(Type.String()),
    plugin: Type.Optional(pluginIdSchema),
    states: Type.Array(Type.String(), { description: 'Ids of the states it is in, outer ones first' }),
    status: Type.Enum(['active', 'done', 'error', 'stopped']),
  },
  { description: 'Where one machine stands' },
);
