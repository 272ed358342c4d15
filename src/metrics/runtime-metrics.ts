import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type PluginStatus, pluginStates } from '../../relays/plugin-status.ts';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import type { PluginId } from '../core/ids.ts';
import type { Runtime } from '../options.ts';
import { packageVersion } from '../package-version.ts';
import { ReportedMetrics } from './reported-metrics.ts';
import { ToldCounters } from './told-counters.ts';

export const metricsMediaType = Registry.PROMETHEUS_CONTENT_TYPE;

/** The figures of one runtime for Prometheus. Disposing stops counting. */
export interface RuntimeMetrics extends Disposable {
  /** In the text format of `metricsMediaType`. */
  text(): Promise<string>;
}

/** From a tenth of a millisecond, what a small call takes, to beyond the default deadline. */
const callBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const loadBuckets = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30];

/** There are about thirty limits. A cell that tells of others must not make series without end. */
const maxLimitsPerPlugin = 64;
const maxLimitChars = 64;
const otherLimit = 'other';

/**
 * Counts from now on what a runtime tells by its relays. Labels are plugin ids and names of ours, so that there are as many
 * series as plugins and not more; what plugins report themselves is bounded apart. A plugin that is gone has no series.
 */
export function createRuntimeMetrics({ relays, plugins }: Runtime): RuntimeMetrics {
  const registry = new Registry();
  const of = { labelNames: ['plugin'] as const, registers: [registry] };
  const counters = new ToldCounters(registry);
  const fuel = new Counter({ name: 'signalbox_plugin_fuel_total', help: 'Instructions used', ...of });
  const cpu = new Counter({
    name: 'signalbox_plugin_cpu_seconds_total',
    help: 'Processor time used in its cell, waiting for the host excluded',
    ...of,
  });
  const memory = new Gauge({
    name: 'signalbox_plugin_memory_bytes',
    help: 'Linear memories of the instance after the last batch of calls',
    ...of,
  });
  const calls = new Histogram({
    name: 'signalbox_plugin_call_duration_seconds',
    help: 'Mean duration of the calls of a batch, waiting in the mailbox excluded',
    buckets: callBuckets,
    ...of,
  });
  const loads = new Histogram({
    name: 'signalbox_plugin_load_duration_seconds',
    help: 'From the decision to load or reload to Ready',
    buckets: loadBuckets,
    ...of,
  });
  const limitHits = new Counter({
    name: 'signalbox_plugin_limit_hits_total',
    help: 'Limits that were reached',
    labelNames: ['plugin', 'limit'],
    registers: [registry],
  });
  const hitLimits = new Map<PluginId, Set<string>>();
  const reported = new ReportedMetrics(registry);
  let known: ReadonlyMap<PluginId, PluginStatus> = new Map();
  new Gauge({
    name: 'signalbox_build_info',
    help: 'Always 1; which version runs',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version: packageVersion() }, 1);
  addGauges(registry, () => [...known.values()], plugins.waiting);

  const count = (event: TelemetryEvent): void => {
    const { plugin } = event;
    // What is told of a plugin after its end would leave a series nobody removes.
    if (plugin !== undefined && !known.has(plugin)) return;
    switch (event.kind) {
      case 'counter':
        counters.tell(event.name, event.total, plugin);
        break;
      case 'duration':
        (event.name === 'call' ? calls : loads).observe({ plugin: event.plugin }, event.durationMs / 1_000);
        break;
      case 'usage':
        fuel.inc({ plugin: event.plugin }, amount(event.fuel));
        cpu.inc({ plugin: event.plugin }, amount(event.cpuMs) / 1_000);
        memory.set({ plugin: event.plugin }, event.memoryBytes);
        break;
      case 'limit': {
        const limits = hitLimits.get(event.plugin) ?? new Set<string>();
        const limit = limitLabel(event.hit.name, limits);
        hitLimits.set(event.plugin, limits.add(limit));
        limitHits.inc({ plugin: event.plugin, limit });
        break;
      }
      case 'metric':
        reported.report(event);
        break;
    }
  };
  const forget = (plugin: PluginId): void => {
    for (const metric of [fuel, cpu, memory, calls, loads]) metric.remove({ plugin });
    for (const limit of hitLimits.get(plugin) ?? []) limitHits.remove({ plugin, limit });
    hitLimits.delete(plugin);
    counters.forget(plugin);
    reported.forget(plugin);
  };

  const subscriptions = [
    relays.pluginStatus.subscribe((board) => {
      for (const id of known.keys()) if (!board.plugins.has(id)) forget(id);
      for (const id of board.plugins.keys()) if (!known.has(id)) counters.begin(id);
      known = board.plugins;
    }),
    relays.telemetry.subscribe(count),
  ];
  return {
    text: () => registry.metrics(),
    [Symbol.dispose]: () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    },
  };
}

function limitLabel(name: string, told: ReadonlySet<string>): string {
  if (told.has(name)) return name;
  return told.size < maxLimitsPerPlugin && name.length <= maxLimitChars ? name : otherLimit;
}

/** A cell measures these. A counter cannot take what is no amount, and throws. */
function amount(measured: number): number {
  return Number.isFinite(measured) && measured > 0 ? measured : 0;
}

/** Read when somebody looks. */
function addGauges(
  registry: Registry,
  statuses: () => readonly PluginStatus[],
  waiting: (id: string) => number,
): void {
  new Gauge({
    name: 'signalbox_plugin_mailbox_depth',
    help: 'Calls and events that wait for their turn',
    labelNames: ['plugin'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { id } of statuses()) this.set({ plugin: id }, waiting(id));
    },
  });
  new Gauge({
    name: 'signalbox_plugin_state',
    help: '1 for the state it is in, 0 for the others',
    labelNames: ['plugin', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const status of statuses()) {
        for (const state of pluginStates)
          this.set({ plugin: status.id, state }, status.state === state ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'signalbox_plugins',
    help: 'Plugins by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of pluginStates) {
        this.set({ state }, statuses().filter((status) => status.state === state).length);
      }
    },
  });
}
