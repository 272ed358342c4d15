/** What a slice should take: a look at the clock costs less than a thousandth of it. */
const wantedMs = 0.1;
const leastFuel = 1_000;
const mostFuel = 1_000_000;
/** A slice that took no time may have been cut short by the clock's resolution. */
const mostGrowth = 4;

/**
 * How much fuel a guest is handed between two looks at the clock. Fuel counts instructions and not time: one that divides takes ten
 * times as long as one that adds, one that misses the caches a hundred times. So a slice follows what the last one took.
 */
export class FuelSlices {
  readonly #now: () => number;
  #fuel = leastFuel;
  #since = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A call begins. */
  first(): number {
    this.resumed();
    return this.#fuel;
  }

  /** The last slice is spent. */
  next(): number {
    const now = this.#now();
    const tookMs = now - this.#since;
    this.#since = now;
    const fitting = tookMs > 0 ? this.#fuel * (wantedMs / tookMs) : mostFuel;
    this.#fuel = Math.round(Math.max(leastFuel, Math.min(mostFuel, fitting, this.#fuel * mostGrowth)));
    return this.#fuel;
  }

  /** What passed until now was not the guest's. */
  resumed(): void {
    this.#since = this.#now();
  }
}
