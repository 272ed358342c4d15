import type { PluginId } from '../core/ids.ts';

/** One change to the config file, in the operator's terms. */
export type ConfigEdit =
  | { readonly change: 'set-enabled'; readonly id: PluginId; readonly enabled: boolean }
  | { readonly change: 'set-config'; readonly id: PluginId; readonly key: string; readonly value: unknown }
  | { readonly change: 'add-permission'; readonly id: PluginId; readonly permission: string }
  | { readonly change: 'remove-permission'; readonly id: PluginId; readonly permission: string };
