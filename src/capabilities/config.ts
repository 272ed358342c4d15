import { toConfigData } from '../config/config-data.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import { returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

/** `signalbox:plugin/config`: the settings in force at the time of the call. */
export function wireConfig(context: WiringContext): Readonly<Record<string, HostFunction>> {
  return { get: () => returned(toConfigData(context.config())) };
}
