import type { Clock } from '../core/clock.ts';

interface Bucket {
  failures: number;
  /** When `failures` was right. */
  at: number;
}

const maxFailures = 10;
const refillMs = 6_000;
/** More addresses than this are not told apart: the oldest are forgotten. */
const maxAddresses = 4_096;

/**
 * Counts wrong tokens by address; they are forgotten one each six seconds. It never stops a right token: 256 random bits are
 * not guessed, and whoever shares an address with a guesser must not be locked out.
 */
export class FailureBucket {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Seconds until the address may fail again; 0 when this failure was within bounds. */
  fail(address: string): number {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(address) ?? { failures: 0, at: now };
    const left = Math.max(0, bucket.failures - (now - bucket.at) / refillMs);
    // Put last: the first in the map is the one that failed longest ago.
    this.#buckets.delete(address);
    if (this.#buckets.size >= maxAddresses) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    const isOver = left + 1 > maxFailures;
    this.#buckets.set(address, { failures: isOver ? left : left + 1, at: now });
    return isOver ? Math.ceil(((left + 1 - maxFailures) * refillMs) / 1_000) : 0;
  }
}
