import type { CounterName, TelemetryEvent } from '../relays/telemetry.ts';
import type { Clock } from '../src/core/clock.ts';
import type { PluginId } from '../src/core/ids.ts';
import type { LimitHit } from '../src/permissions/limits.ts';
import type { Usage } from '../src/ports/sandbox.ts';

/** What is counted and measured, told on the telemetry relay. Totals only grow. */
export class Counters {
  readonly #totals = new Map<string, number>();
  readonly #publish: (event: TelemetryEvent) => void;
  readonly #clock: Clock;

  constructor(publish: (event: TelemetryEvent) => void, clock: Clock) {
    this.#publish = publish;
    this.#clock = clock;
  }

  count(name: CounterName, plugin?: PluginId, by = 1): void {
    const key = `${name} ${plugin ?? ''}`;
    const total = (this.#totals.get(key) ?? 0) + by;
    this.#totals.set(key, total);
    this.#publish({
      kind: 'counter',
      time: this.#clock.now(),
      name,
      total,
      ...(plugin !== undefined && { plugin }),
    });
  }

  duration(name: 'load' | 'reload' | 'call', plugin: PluginId, durationMs: number): void {
    this.#publish({ kind: 'duration', time: this.#clock.now(), name, plugin, durationMs });
  }

  /** What a batch of calls used. */
  usage(plugin: PluginId, calls: number, usage: Usage): void {
    this.#publish({ kind: 'usage', time: this.#clock.now(), plugin, calls, ...usage });
  }

  limit(plugin: PluginId, hit: LimitHit): void {
    this.#publish({ kind: 'limit', time: this.#clock.now(), plugin, hit });
  }
}
