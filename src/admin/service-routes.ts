import { firstValueFrom } from 'rxjs';
import Type from 'typebox';
import { pluginStates } from '../../relays/plugin-status.ts';
import { metricsMediaType } from '../metrics/runtime-metrics.ts';
import { topics } from '../wire/records.ts';
import { runtimeSchema } from '../wire/runtime.ts';
import { defineRoute, type Route } from './route.ts';

export const serviceRoutes: readonly Route[] = [
  defineRoute({
    operation: 'getHealth',
    method: 'GET',
    path: '/health',
    scope: 'public',
    summary: 'Whether the config was applied yet; tells nothing else',
    answer: { kind: 'json', schema: Type.Object({ status: Type.Enum(['starting', 'serving']) }) },
    handle: async ({ runtime }) => {
      const { phase } = await firstValueFrom(runtime.relays.pluginStatus);
      return { status: phase === 'known' ? 'serving' : 'starting' };
    },
  }),
  defineRoute({
    operation: 'getRuntime',
    method: 'GET',
    path: '/runtime',
    scope: 'read',
    summary: 'The runtime as a whole',
    answer: { kind: 'json', schema: runtimeSchema },
    handle: async ({ runtime, records, version, startedAt }) => {
      const { plugins, discoveryProblems = [] } = await firstValueFrom(runtime.relays.pluginStatus);
      const states = [...plugins.values()].map(({ state }) => state);
      return {
        version,
        startedAt,
        configFile: runtime.config.file,
        stateFolder: runtime.stateFolder,
        plugins: Object.fromEntries(
          pluginStates.map((state) => [state, states.filter((each) => each === state).length]),
        ),
        records: Object.fromEntries(topics.map((topic) => [topic, records.total(topic)])),
        discoveryProblems,
      };
    },
  }),
  defineRoute({
    operation: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    scope: 'public',
    summary: 'This API as an OpenAPI 3.1 document',
    answer: { kind: 'json', schema: Type.Object({ openapi: Type.String() }) },
    handle: ({ openApi }) => openApi,
  }),
  defineRoute({
    operation: 'getMetrics',
    method: 'GET',
    path: '/metrics',
    isAtRoot: true,
    scope: 'read',
    summary: 'Figures for Prometheus',
    answer: { kind: 'text', mediaType: metricsMediaType },
    handle: ({ metrics }) => metrics.text(),
  }),
];
