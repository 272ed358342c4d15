import { SimulatedClock } from 'xstate';

/** Simulated time that knows who waits for it. */
export class CountingClock extends SimulatedClock {
  readonly #held = new Set<number>();

  /** Timers that were set, did not fire and were not cleared. */
  get held(): number {
    return this.#held.size;
  }

  override setTimeout(fn: (...args: unknown[]) => void, timeoutMs: number): number {
    const id = super.setTimeout(() => {
      this.#held.delete(id);
      fn();
    }, timeoutMs);
    this.#held.add(id);
    return id;
  }

  override clearTimeout(id: number): void {
    this.#held.delete(id);
    super.clearTimeout(id);
  }
}
