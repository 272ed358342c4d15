import Type from 'typebox';
import { SignalboxError } from '../core/errors.ts';
import { toStatechart } from '../inspect/statechart.ts';
import { machines } from '../machines.ts';
import { actorsSchema, chartSchema, chartsSchema } from '../wire/machines.ts';
import { pluginIdSchema } from '../wire/plugin-status.ts';
import { defineRoute, type Route } from './route.ts';

const readings = {
  kind: 'json',
  schema: actorsSchema,
} as const;

export const machineRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listMachines',
    method: 'GET',
    path: '/machines',
    scope: 'read',
    summary: 'Every machine as a statechart',
    answer: { kind: 'json', schema: chartsSchema },
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
