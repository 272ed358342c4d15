import type { Clock } from '../src/core/clock.ts';

/** Holds the average of what a plugin's calls spend to `fuel_per_second`; a second's worth may be spent at once. */
export class FuelThrottle {
  readonly #perSecond: number;
  readonly #clock: Clock;
  #left: number;
  #at: number;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#left = perSecond;
    this.#at = clock.now();
  }

  spend(fuel: number): void {
    this.#refill();
    this.#left -= fuel;
  }

  /** How long the next calls must wait, milliseconds. */
  get waitMs(): number {
    this.#refill();
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left / this.#perSecond) * 1_000);
  }

  #refill(): void {
    const now = this.#clock.now();
    // The wall clock may be set back; that gives nothing and takes nothing.
    const elapsedMs = Math.max(0, now - this.#at);
    this.#at = now;
    this.#left = Math.min(this.#perSecond, this.#left + (elapsedMs * this.#perSecond) / 1_000);
  }
}
