import { json } from './admin-server.ts';

interface ExampleRequest {
  /** Behind the prefix. */
  readonly path: string;
  readonly init?: RequestInit;
}

const path = '/plugins/some.plugin';
const permissions = '/permissions/some.plugin';

/** A request that should succeed for each operation of the API. */
export const examples: Readonly<Record<string, ExampleRequest>> = {
  listPlugins: { path: '/plugins' },
  registerPlugin: { path: '/plugins', init: json('POST', { manifest: 'id = 1', artifact: 'Y29kZQ==' }) },
  getPlugin: { path },
  removePlugin: { path, init: { method: 'DELETE' } },
  callPlugin: { path: `${path}/call`, init: json('POST', { export: 'add', args: [1, 2], deadline_ms: 5 }) },
  enablePlugin: { path: `${path}/enable`, init: { method: 'POST' } },
  disablePlugin: { path: `${path}/disable`, init: { method: 'POST' } },
  reloadPlugin: { path: `${path}/reload`, init: { method: 'POST' } },
  retryPlugin: { path: `${path}/retry`, init: { method: 'POST' } },
  getConfig: { path: '/config' },
  patchEntry: {
    path: '/config/entries/some.plugin',
    init: json('PATCH', { enabled: false, config: { kept: 1, gone: null } }),
  },
  checkConfig: { path: '/config/check', init: json('POST', { text: 'x = = 1' }) },
  listPermissions: { path: '/permissions' },
  listPendingPermissions: { path: '/permissions/pending' },
  grantPermissions: { path: `${permissions}/grant`, init: json('POST', { permissions: ['log'], calls: 3 }) },
  revokePermissions: { path: `${permissions}/revoke`, init: json('POST', { permissions: ['log'] }) },
  approvePermissions: { path: `${permissions}/approve`, init: { method: 'POST' } },
  describePlugin: { path: `${path}/about` },
  getUsage: { path: `${path}/usage` },
  listTransitions: { path: '/transitions?plugin=some.plugin' },
  listLogs: { path: '/logs?plugin=some.plugin&level=info&limit=5' },
  listAudit: { path: '/audit' },
  listTelemetry: { path: '/telemetry?limit=1000' },
  streamEvents: { path: '/events?topics=status,log' },
  listMachines: { path: '/machines' },
  getMachine: { path: '/machines/plugin' },
  listActors: { path: '/actors' },
  listActorsOfPlugin: { path: `${path}/actors` },
  getHealth: { path: '/health' },
  getRuntime: { path: '/runtime' },
  getOpenApi: { path: '/openapi.json' },
  getMetrics: { path: '/metrics' },
};
