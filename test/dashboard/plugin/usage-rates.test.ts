import { describe, expect, test } from 'vitest';
import { rateBetween, usagePlots } from '../../../src/dashboard/plugin/usage-rates.ts';

const second = (time: number, calls: number, memoryBytes?: number) => ({
  ...{ time, calls, failed: 1, rejected: 2, meanMs: 3, maxMs: 4, fuel: 5, cpuMs: 6 },
  ...(memoryBytes !== undefined && { memoryBytes }),
});

test('rates fall to zero where nothing happened, latency has gaps, memory stays', () => {
  const { times, calls, latency, memory } = usagePlots({
    now: 5_400,
    from: 1_000,
    seconds: [second(1_000, 7, 100), second(3_000, 9)],
  });
  expect(times).toEqual([1, 2, 3, 4]);
  expect(calls.lines.map(({ values }) => values)).toEqual([
    [7, 0, 9, 0],
    [3, 0, 3, 0],
  ]);
  expect(latency.lines.map(({ values }) => values)).toEqual([
    [3, null, 3, null],
    [4, null, 4, null],
  ]);
  expect(memory.lines.map(({ values }) => values)).toEqual([[100, 100, 100, 100]]);
});

test('the second that is going on is left out: it would always look like less', () => {
  const { times, calls } = usagePlots({ now: 2_500, from: 0, seconds: [second(2_000, 4)] });
  expect([times, calls.lines[0]?.values]).toEqual([
    [0, 1],
    [0, 0],
  ]);
});

describe('the rate between two totals', () => {
  test.each([
    { title: 'is per second', before: { time: 0, total: 10 }, after: { time: 2_000, total: 30 }, rate: 10 },
    { title: 'is unknown at first', before: undefined, after: { time: 1, total: 3 }, rate: undefined },
    {
      title: 'is unknown when counting began anew',
      before: { time: 0, total: 9 },
      after: { time: 9, total: 2 },
      rate: undefined,
    },
    {
      title: 'is unknown in no time',
      before: { time: 5, total: 1 },
      after: { time: 5, total: 2 },
      rate: undefined,
    },
  ])('$title', ({ before, after, rate }) => {
    expect(rateBetween(before, after)).toBe(rate);
  });
});
