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
      /** `load` and `reload`: from the decision to Ready. `call`: the mean over one batch of calls, waiting in the mailbox excluded. */
      readonly kind: 'duration';
      readonly time: number;
      readonly name: 'load' | 'reload' | 'call';
      readonly plugin: PluginId;
      readonly durationMs: number;
    };
