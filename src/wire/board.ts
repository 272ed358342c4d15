import Type, { type Static } from 'typebox';
import { configNewsSchema } from './config.ts';
import { errorRecordSchema } from './error-record.ts';
import { actorReadingSchema } from './machines.ts';
import { pluginStatusSchema } from './plugin-status.ts';

const phase = Type.Enum(['loading', 'known']);

/** The data of a `reset`: everything a client that knows nothing needs. */
export const boardSchema = Type.Object({
  phase,
  plugins: Type.Array(pluginStatusSchema),
  discoveryProblems: Type.Array(errorRecordSchema),
  config: configNewsSchema,
  actors: Type.Array(actorReadingSchema),
});
export type Board = Readonly<Static<typeof boardSchema>>;

/** The data of a `status`: one plugin's, and whether that plugin is gone with it. */
export const statusNewsSchema = Type.Object({
  phase,
  discoveryProblems: Type.Array(errorRecordSchema),
  status: Type.Optional(pluginStatusSchema),
  isGone: Type.Optional(Type.Boolean()),
});
export type StatusNews = Readonly<Static<typeof statusNewsSchema>>;
