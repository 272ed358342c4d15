import type { PluginId } from '../src/core/ids.ts';

/** What is counted. Totals only grow while the runtime lives. */
export type CounterName =
  | 'config.replays'
  | 'config.replays.identical'
  | 'config.rejected'
  | 'plugin.loads'
  | 'plugin.reloads'
  | 'plugin.reloads.failed'
  | 'plugin.unloads'
  | 'plugin.unchanged'
  | 'plugin.config.updates'
  | 'plugin.restarts'
  | 'plugin.crashes'
  | 'plugin.calls'
  | 'plugin.calls.failed'
  | 'plugin.calls.rejected';

export type TelemetryEvent =
  | {
      readonly kind: 'counter';
      readonly time: number;
      readonly name: CounterName;
      readonly plugin?: PluginId;
      readonly total: number;
    }
  | {
      readonly kind: 'duration';
      readonly time: number;
      readonly name: 'load' | 'reload' | 'call';
      readonly plugin: PluginId;
      readonly durationMs: number;
    };
