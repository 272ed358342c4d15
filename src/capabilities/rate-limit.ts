import type { Clock } from '../core/clock.ts';

/** Tokens that come back at a steady rate. Over any window at most burst + rate x window are given. */
export interface RateLimit {
  /** Takes tokens if at least one is there; more than there are become a debt that later ones wait for. */
  take(tokens?: number): boolean;
  /** Charges for work already done, into debt if need be. */
  charge(tokens: number): void;
}

/** Refusals that follow within this time are told together. */
const toldEveryMs = 1_000;

/**
 * @param perSecond also the burst; 0 gives nothing, ever
 * @param onRefused told of refusals, at most once a second: what was asked for in that time, about
 */
export function createRateLimit(
  perSecond: number,
  clock: Clock,
  onRefused: (reached: number, allowed: number) => void = () => {},
): RateLimit {
  let tokens = perSecond;
  let refilledAt = clock.now();
  let refused = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  const refuse = (): void => {
    refused += 1;
    const now = clock.now();
    if (Math.abs(now - toldAt) < toldEveryMs) return;
    onRefused(perSecond + refused, perSecond);
    toldAt = now;
    refused = 0;
  };

  const refill = (): void => {
    const now = clock.now();
    // The wall clock may be set back; that gives nothing and takes nothing.
    const elapsedMs = Math.max(0, now - refilledAt);
    refilledAt = now;
    tokens = Math.min(perSecond, tokens + (elapsedMs * perSecond) / 1_000);
  };
  return {
    take(count = 1) {
      refill();
      if (tokens < 1) {
        refuse();
        return false;
      }
      tokens -= count;
      return true;
    },
    charge(count) {
      tokens -= count;
    },
  };
}
