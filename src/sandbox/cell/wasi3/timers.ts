import { wasiSupport } from '../../../core/wasi.ts';
import type { WasiHost } from '../wasi/wasi-host.ts';
import { limitReached } from '../wasi/wit-error.ts';

const maxTimers = 1_024;

interface Timer {
  readonly atNanos: bigint;
  readonly ring: () => void;
}

/** All that one instance waits for by the clock: one wait of the broker at a time, for the first that is due. */
export class Timers {
  readonly #host: WasiHost;
  readonly #nowNanos: () => bigint;
  readonly #timers = new Set<Timer>();
  #wakesAtNanos: bigint | undefined;

  constructor(host: WasiHost, nowNanos: () => bigint) {
    this.#host = host;
    this.#nowNanos = nowNanos;
  }

  async until(atNanos: bigint): Promise<void> {
    if (atNanos <= this.#nowNanos()) return;
    if (this.#timers.size >= maxTimers) {
      const error = limitReached('timers', this.#timers.size + 1, maxTimers);
      this.#host.fail(error);
      throw error;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#timers.add({ atNanos, ring: resolve });
    if (this.#wakesAtNanos === undefined) void this.#run();
    else if (atNanos < this.#wakesAtNanos) void this.#host.start(wasiSupport, 'wake', []);
    await promise;
  }

  async #run(): Promise<void> {
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      this.#wakesAtNanos = first;
      const waitMs = Math.max(0, Math.ceil(Number(first - this.#nowNanos()) / 1e6));
      await this.#host.start(wasiSupport, 'wait', [waitMs]);
      const now = this.#nowNanos();
      for (const timer of this.#timers) {
        if (timer.atNanos > now) continue;
        this.#timers.delete(timer);
        timer.ring();
      }
    }
    this.#wakesAtNanos = undefined;
  }

  #first(): bigint | undefined {
    let first: bigint | undefined;
    for (const { atNanos } of this.#timers) if (first === undefined || atNanos < first) first = atNanos;
    return first;
  }
}
