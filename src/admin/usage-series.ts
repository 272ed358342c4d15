import type { StatusBoard } from '../../relays/plugin-status.ts';
import type { Relays } from '../../relays/relays.ts';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import type { PluginId } from '../core/ids.ts';
import type { UsageReport, UsageSecond } from '../wire/usage.ts';

const secondMs = 1_000;
/** Five minutes: what a page shows of the past when it is opened. */
const keptSeconds = 300;

/** One second while it may still change. */
interface Tally {
  readonly time: number;
  calls: number;
  failed: number;
  rejected: number;
  /** Batches, and the sum of their means. */
  batches: number;
  sumMs: number;
  maxMs: number;
  fuel: number;
  cpuMs: number;
  memoryBytes: number | undefined;
}

/**
 * What plugins used, second by second. Seconds in which nothing happened take no memory, and a plugin holds at most
 * `keptSeconds` of them, whatever its rate of calls. Plugins nobody knows, or no more, have none.
 */
export class UsageSeries implements Disposable {
  readonly #tallies = new Map<PluginId, Tally[]>();
  /** Outlives a plugin: its counters go on where they were when it comes back. */
  readonly #totals = new Map<string, number>();
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #subscriptions: readonly { unsubscribe(): void }[];
  #known: StatusBoard['plugins'] = new Map();

  constructor({ telemetry, pluginStatus }: Pick<Relays, 'telemetry' | 'pluginStatus'>, now: () => number) {
    this.#now = now;
    this.#startedAt = now();
    this.#subscriptions = [
      pluginStatus.subscribe(({ plugins }) => {
        this.#known = plugins;
        for (const id of this.#tallies.keys()) if (!plugins.has(id)) this.#tallies.delete(id);
      }),
      telemetry.subscribe((event) => {
        if (event.plugin !== undefined && this.#known.has(event.plugin)) this.#add(event);
      }),
    ];
  }

  of(plugin: PluginId): UsageReport {
    const now = this.#now();
    const from = Math.max(this.#startedAt, now - keptSeconds * secondMs);
    const seconds = (this.#tallies.get(plugin) ?? []).filter(({ time }) => time >= from - secondMs);
    return { now, from, seconds: seconds.map(reported) };
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#tallies.clear();
  }

  #add(event: TelemetryEvent): void {
    switch (event.kind) {
      case 'usage': {
        const tally = this.#tally(event.plugin, event.time);
        tally.calls += event.calls;
        tally.fuel += event.fuel;
        tally.cpuMs += event.cpuMs;
        tally.memoryBytes = event.memoryBytes;
        return;
      }
      case 'duration': {
        if (event.name !== 'call') return;
        const tally = this.#tally(event.plugin, event.time);
        tally.batches += 1;
        tally.sumMs += event.durationMs;
        tally.maxMs = Math.max(tally.maxMs, event.durationMs);
        return;
      }
      case 'counter': {
        if (event.plugin === undefined) return;
        const { plugin, name, total } = event;
        if (name !== 'plugin.calls.failed' && name !== 'plugin.calls.rejected') return;
        const key = `${name} ${plugin}`;
        const more = total - (this.#totals.get(key) ?? 0);
        this.#totals.set(key, total);
        this.#tally(plugin, event.time)[name === 'plugin.calls.failed' ? 'failed' : 'rejected'] += more;
        return;
      }
      case 'limit':
      case 'metric':
        return;
    }
  }

  #tally(plugin: PluginId, at: number): Tally {
    const time = Math.floor(at / secondMs) * secondMs;
    let tallies = this.#tallies.get(plugin);
    if (!tallies) {
      tallies = [];
      this.#tallies.set(plugin, tallies);
    }
    const last = tallies.at(-1);
    // A clock that was set back adds to the second it was in before.
    if (last && last.time >= time) return last;
    const tally: Tally = {
      time,
      ...{ calls: 0, failed: 0, rejected: 0, batches: 0, sumMs: 0, maxMs: 0, fuel: 0, cpuMs: 0 },
      memoryBytes: undefined,
    };
    tallies.push(tally);
    if (tallies.length > keptSeconds) tallies.shift();
    return tally;
  }
}

function reported({ batches, sumMs, maxMs, memoryBytes, ...sums }: Tally): UsageSecond {
  return {
    ...sums,
    ...(batches > 0 && { meanMs: sumMs / batches, maxMs }),
    ...(memoryBytes !== undefined && { memoryBytes }),
  };
}
