import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { createRateLimit, type RateLimit } from '../../src/capabilities/rate-limit.ts';
import { fuzz } from '../support/fuzz.ts';

/** Somebody asks for tokens again and again after a while; a negative one is a clock that is set back. */
const attempts = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.nat(50), fc.integer({ min: -5_000, max: 5_000 })),
    asks: fc.nat(120),
    tokens: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 30 },
);

interface Given {
  /** Milliseconds the clock has gone forward. */
  readonly at: number;
  readonly tokens: number;
}

describe('a rate limit', () => {
  fuzz(
    'gives in no window more than burst + rate x window, and what the last one runs into debt',
    1_000,
    fc.property(fc.integer({ min: 0, max: 100 }), attempts, (perSecond, asked) => {
      let time = 1_000_000;
      let at = 0;
      const limit: RateLimit = createRateLimit(perSecond, {
        now: () => time,
        setTimeout: () => undefined,
        clearTimeout: () => {},
      });
      const given: Given[] = [];
      for (const { waitMs, asks, tokens } of asked) {
        time += waitMs;
        at += Math.max(0, waitMs);
        for (let ask = 0; ask < asks; ask++) if (limit.take(tokens)) given.push({ at, tokens });
      }
      expect(largestExcess(given, perSecond)).toBeLessThanOrEqual(1e-6);
    }),
  );
});

/** The most that any window gives over burst and rate. A take needs one token to be there: what it takes beyond that is debt. */
function largestExcess(given: readonly Given[], perSecond: number): number {
  let excess = Number.NEGATIVE_INFINITY;
  for (const [index, { at: from }] of given.entries()) {
    let sum = 0;
    for (let last = index; last < given.length; last++) {
      const { at, tokens } = given[last] ?? { at: from, tokens: 0 };
      const allowed = perSecond + ((at - from) * perSecond) / 1_000;
      excess = Math.max(excess, sum + 1 - allowed);
      sum += tokens;
    }
  }
  return given.length === 0 ? 0 : excess;
}
