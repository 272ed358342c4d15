import Type from 'typebox';
import { SignalboxError } from '../core/errors.ts';
import { toStatechart } from '../inspect/statechart.ts';
import { machines } from '../machines.ts';
import { defineRoute, type Route } from './route.ts';
import { actorReadingSchema, pluginIdSchema } from './wire-schemas.ts';

const stateSchema = Type.Object({
  id: Type.String({ description: 'As live readings name it' }),
  key: Type.String({ description: 'Its name in its parent' }),
  parent: Type.Optional(Type.String()),
  type: Type.Enum(['atomic', 'compound', 'parallel', 'final', 'history']),
  initial: Type.Optional(Type.String()),
  invokes: Type.Array(Type.String(), { description: 'Actors that work while it is active' }),
  transitions: Type.Array(
    Type.Object({
      event: Type.String(),
      label: Type.String({ description: 'For people: done verify [isGranted]' }),
      guard: Type.Optional(Type.String()),
      targets: Type.Array(Type.String(), { description: 'Empty when the state stays' }),
      actions: Type.Array(Type.String()),
    }),
  ),
});
const chartSchema = Type.Object(
  { name: Type.String(), states: Type.Array(stateSchema) },
  { description: 'A machine as a statechart, parents before what is inside them' },
);
const readings = {
  kind: 'json',
  schema: Type.Object({ actors: Type.Array(actorReadingSchema) }),
} as const;

export const machineRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listMachines',
    method: 'GET',
    path: '/machines',
    scope: 'read',
    summary: 'Every machine as a statechart',
    answer: { kind: 'json', schema: Type.Object({ machines: Type.Array(chartSchema) }) },
    handle: () => ({ machines: machines().map(({ name, machine }) => toStatechart(name, machine)) }),
  }),
  defineRoute({
    operation: 'getMachine',
    method: 'GET',
    path: '/machines/{name}',
    scope: 'read',
    summary: 'One machine as a statechart',
    params: Type.Object(
      { name: Type.String({ minLength: 1, maxLength: 64 }) },
      { additionalProperties: false },
    ),
    answer: { kind: 'json', schema: chartSchema },
    handle: (_service, { params }) => {
      const all = machines();
      const found = all.find(({ name }) => name === params.name);
      if (found) return toStatechart(found.name, found.machine);
      throw new SignalboxError('API_ROUTE_UNKNOWN', `There is no machine ${JSON.stringify(params.name)}`, {
        hint: `Machines are ${all.map(({ name }) => name).join(', ')}`,
      });
    },
  }),
  defineRoute({
    operation: 'listActors',
    method: 'GET',
    path: '/actors',
    scope: 'read',
    summary: 'Where every machine of the runtime stands, the manager first',
    answer: readings,
    handle: ({ runtime }) => ({ actors: runtime.actors() }),
  }),
  defineRoute({
    operation: 'listActorsOfPlugin',
    method: 'GET',
    path: '/plugins/{id}/actors',
    scope: 'read',
    summary: 'Where the machines of one plugin stand; none while nothing of it was started',
    params: Type.Object({ id: pluginIdSchema }, { additionalProperties: false }),
    answer: readings,
    handle: ({ runtime }, { params }) => {
      if (runtime.plugins.get(params.id)) {
        return { actors: runtime.actors().filter(({ plugin }) => plugin === params.id) };
      }
      throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(params.id)}`);
    },
  }),
];
