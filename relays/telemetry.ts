import type { PluginId } from '../src/core/ids.ts';
import type { LimitHit } from '../src/permissions/limits.ts';

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
    }
  | {
      /** What one batch of calls used. */
      readonly kind: 'usage';
      readonly time: number;
      readonly plugin: PluginId;
      readonly calls: number;
      readonly fuel: number;
      /** On the processor of its cell, waiting for the host excluded. */
      readonly cpuMs: number;
      /** Linear memories of the instance after the last of them. */
      readonly memoryBytes: number;
    }
  | { readonly kind: 'limit'; readonly time: number; readonly plugin: PluginId; readonly hit: LimitHit }
  | {
      /** A number the plugin itself reports. */
      readonly kind: 'metric';
      readonly time: number;
      readonly plugin: PluginId;
      readonly type: 'counter' | 'gauge';
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      /** A counter's total, a gauge's value. */
      readonly value: number;
    };
