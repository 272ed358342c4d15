import { configRoutes } from './config-routes.ts';
import { machineRoutes } from './machine-routes.ts';
import { permissionRoutes } from './permission-routes.ts';
import { pluginRoutes } from './plugin-routes.ts';
import { recordRoutes } from './record-routes.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service-routes.ts';

/** Everything the admin API has. */
export const routes: readonly Route[] = [
  ...pluginRoutes,
  ...configRoutes,
  ...permissionRoutes,
  ...recordRoutes,
  ...machineRoutes,
  ...serviceRoutes,
];
