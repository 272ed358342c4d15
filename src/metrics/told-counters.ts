import { Counter, type Registry } from 'prom-client';
import type { CounterName } from '../../relays/telemetry.ts';
import type { PluginId } from '../core/ids.ts';

const names: Readonly<Record<CounterName, readonly [name: string, help: string, of: 'plugin' | 'runtime']>> =
  {
    'config.replays': ['config_replays_total', 'Config documents read', 'runtime'],
    'config.replays.identical': [
      'config_replays_identical_total',
      'Config documents that changed nothing',
      'runtime',
    ],
    'config.rejected': ['config_rejected_total', 'Config files that gave no document', 'runtime'],
    'plugin.loads': ['plugin_loads_total', 'Artifacts loaded', 'plugin'],
    'plugin.reloads': ['plugin_reloads_total', 'Artifacts swapped in for a running one', 'plugin'],
    'plugin.reloads.failed': [
      'plugin_reloads_failed_total',
      'Artifacts that could not be swapped in',
      'plugin',
    ],
    'plugin.unloads': ['plugin_unloads_total', 'Instances shut down', 'plugin'],
    'plugin.unchanged': ['plugin_unchanged_total', 'Config documents that did not change it', 'plugin'],
    'plugin.config.updates': ['plugin_config_updates_total', 'New settings handed to it', 'plugin'],
    'plugin.restarts': ['plugin_restarts_total', 'Instances started after one was lost', 'plugin'],
    'plugin.crashes': ['plugin_crashes_total', 'Instances lost', 'plugin'],
    'plugin.calls': ['plugin_calls_total', 'Calls and events it was entered for', 'plugin'],
    'plugin.calls.failed': [
      'plugin_call_errors_total',
      'Calls and events that ended in a trap, a deadline or a lost cell',
      'plugin',
    ],
    'plugin.calls.rejected': [
      'plugin_calls_rejected_total',
      'Calls turned away before it was entered',
      'plugin',
    ],
  };

interface Told {
  readonly counter: Counter;
  readonly isOfPlugin: boolean;
}

/** Counters whose totals are told from time to time: Prometheus is given what they grew by. */
export class ToldCounters {
  readonly #counters = new Map<string, Told>();
  readonly #totals = new Map<string, number>();

  constructor(registry: Registry) {
    for (const [told, [name, help, of]] of Object.entries(names)) {
      const isOfPlugin = of === 'plugin';
      const labelNames = isOfPlugin ? ['plugin'] : [];
      const options = { name: `signalbox_${name}`, help, labelNames, registers: [registry] };
      this.#counters.set(told, { counter: new Counter(options), isOfPlugin });
    }
  }

  tell(name: CounterName, total: number, plugin?: PluginId): void {
    const key = keyOf(name, plugin);
    const grown = total - (this.#totals.get(key) ?? 0);
    this.#totals.set(key, total);
    const told = this.#counters.get(name);
    told?.counter.inc(told.isOfPlugin && plugin !== undefined ? { plugin } : {}, grown);
  }

  /** Shows zeros: a rate needs a sample from before the first failure. */
  begin(plugin: PluginId): void {
    for (const { counter, isOfPlugin } of this.#counters.values()) if (isOfPlugin) counter.inc({ plugin }, 0);
  }

  forget(plugin: PluginId): void {
    for (const [name, { counter, isOfPlugin }] of this.#counters) {
      if (!isOfPlugin) continue;
      this.#totals.delete(keyOf(name, plugin));
      counter.remove({ plugin });
    }
  }
}

function keyOf(name: string, plugin: PluginId | undefined): string {
  return `${name} ${plugin ?? ''}`;
}
