import type { ConfigData } from '../ports/capabilities.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import { returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

/** `signalbox:plugin/config`: the settings in force at the time of the call. */
export function wireConfig(context: WiringContext): Readonly<Record<string, HostFunction>> {
  return { get: () => returned(configData(context.config())) };
}

function configData(config: Readonly<Record<string, unknown>>): ConfigData {
  return Object.entries(config).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
}
