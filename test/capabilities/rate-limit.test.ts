import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimit } from '../../src/capabilities/rate-limit.ts';
import { ManualClock } from './wired.ts';

test('over any window at most burst + rate x window is given, also when the clock is set back', () => {
  const step = fc.record({
    takes: fc.integer({ min: 0, max: 30 }),
    passMs: fc.integer({ min: -500, max: 700 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 }), fc.array(step, { maxLength: 60 }), (perSecond, steps) => {
      const clock = new ManualClock();
      const rate = createRateLimit(perSecond, clock);
      let given = 0;
      let forwardMs = 0;
      for (const { takes, passMs } of steps) {
        for (let take = 0; take < takes; take++) given += rate.take() ? 1 : 0;
        clock.time += passMs;
        forwardMs += Math.max(0, passMs);
      }
      return given <= perSecond + (perSecond * forwardMs) / 1_000;
    }),
  );
});

test('a debt is waited for', () => {
  const clock = new ManualClock();
  const rate = createRateLimit(10, clock);
  rate.charge(30);
  clock.time += 2_000;
  expect(rate.take()).toBe(false);
  clock.time += 100;
  expect(rate.take()).toBe(true);
});

test('refusals are told once a second, with what was asked for', () => {
  const clock = new ManualClock();
  const told: [number, number][] = [];
  const rate = createRateLimit(2, clock, (reached, allowed) => told.push([reached, allowed]));
  for (let n = 0; n < 5; n += 1) rate.take();
  expect(told).toEqual([[3, 2]]);
  clock.time += 1_000;
  for (let n = 0; n < 5; n += 1) rate.take();
  expect(told).toEqual([
    [3, 2],
    [5, 2],
  ]);
});
