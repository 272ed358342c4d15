import Type, { type Static } from 'typebox';
import { pluginIdSchema, timeSchema } from './plugin-status.ts';

const readingFields = {
  actor: Type.String({ description: 'Its own while it lives' }),
  id: Type.String({ description: 'Its name in its parent' }),
  machine: Type.String({ description: 'Which of the machines it runs' }),
  parent: Type.Optional(Type.String()),
  plugin: Type.Optional(pluginIdSchema),
  states: Type.Array(Type.String(), { description: 'Ids of the states it is in, outer ones first' }),
  status: Type.Enum(['active', 'done', 'error', 'stopped']),
};

/** A machine's place on the wire, see `ActorReading`. */
export const actorReadingSchema = Type.Object(readingFields, { description: 'Where one machine stands' });
export type ActorReport = Readonly<Static<typeof actorReadingSchema>>;

export const actorsSchema = Type.Object({ actors: Type.Array(actorReadingSchema) });

/** A change of a machine's place: what it is after an event, and when. */
export const transitionSchema = Type.Object({
  ...readingFields,
  event: Type.String({ description: 'The type of the event that did it' }),
  time: timeSchema,
});
export type TransitionReport = Readonly<Static<typeof transitionSchema>>;

const chartTransitionSchema = Type.Object({
  event: Type.String(),
  label: Type.String({ description: 'For people: done verify [isGranted]' }),
  guard: Type.Optional(Type.String()),
  targets: Type.Array(Type.String(), { description: 'Empty when the state stays' }),
  actions: Type.Array(Type.String()),
});
export type ChartTransition = Frozen<Static<typeof chartTransitionSchema>>;

const chartStateSchema = Type.Object({
  id: Type.String({ description: 'As live readings name it' }),
  key: Type.String({ description: 'Its name in its parent' }),
  parent: Type.Optional(Type.String()),
  type: Type.Enum(['atomic', 'compound', 'parallel', 'final', 'history']),
  initial: Type.Optional(Type.String()),
  invokes: Type.Array(Type.String(), { description: 'Actors that work while it is active' }),
  transitions: Type.Array(chartTransitionSchema),
});
export type ChartState = Frozen<Static<typeof chartStateSchema>>;

export const chartSchema = Type.Object(
  { name: Type.String(), states: Type.Array(chartStateSchema) },
  { description: 'A machine as a statechart, parents before what is inside them' },
);
export type Chart = Frozen<Static<typeof chartSchema>>;

export const chartsSchema = Type.Object({ machines: Type.Array(chartSchema) });

/** Charts are shared by all who draw them. */
type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;
