import { describe, expect, test } from 'vitest';
import { type Failure, judgeFailure } from '../../actors/backoff.ts';
import type { ErrorCode } from '../../src/core/error-catalogue.ts';
import { SignalboxError } from '../../src/core/errors.ts';

const failure = (code: ErrorCode, at: number, readySince?: number): Failure => ({
  error: new SignalboxError(code, 'x').toRecord(),
  at,
  ...(readySince !== undefined && { readySince }),
});

describe('judging a failure', () => {
  test.each([
    { earlier: [], at: 0, delayMs: 100 },
    { earlier: [-90_000], at: 0, delayMs: 200 },
    { earlier: [-200_000, -100_000], at: 0, delayMs: 400 },
    { earlier: [-300_000, -200_000, -100_000], at: 0, delayMs: 800 },
    { earlier: [-400_000, -300_000, -200_000, -100_000], at: 0, delayMs: 1_600 },
  ])('after $earlier.length earlier ones, far apart, waits $delayMs ms', ({ earlier, at, delayMs }) => {
    expect(judgeFailure(earlier, failure('GUEST_TRAPPED', at), 1)).toEqual({
      decision: 'restart',
      delayMs,
      failures: [...earlier, at],
    });
  });

  test('a sixth in a row ends in quarantine however slow', () => {
    const earlier = [-500_000, -400_000, -300_000, -200_000, -100_000];
    expect(judgeFailure(earlier, failure('GUEST_TRAPPED', 0), 1).decision).toBe('quarantine');
  });

  test.each([
    { times: [0, 1_000, 59_999], decision: 'quarantine' },
    { times: [0, 1_000, 60_000], decision: 'restart' },
  ])('three at $times: $decision', ({ times, decision }) => {
    const [first = 0, second = 0, third = 0] = times;
    expect(judgeFailure([first, second], failure('GUEST_TRAPPED', third), 1).decision).toBe(decision);
  });

  test('a minute of service forgets what was before', () => {
    expect(judgeFailure([0, 1_000], failure('GUEST_TRAPPED', 61_000, 1_000), 1)).toEqual({
      decision: 'restart',
      delayMs: 100,
      failures: [61_000],
    });
  });

  test.each([
    { code: 'CELL_LOST', readySince: 5, counts: false },
    { code: 'CALL_ABORTED', readySince: 5, counts: false },
    { code: 'CELL_LOST', readySince: undefined, counts: true },
    { code: 'CALL_DEADLINE', readySince: 5, counts: true },
    { code: 'INTERNAL', readySince: 5, counts: true },
  ] as const)('$code, ready since $readySince, counts: $counts', ({ code, readySince, counts }) => {
    const { failures } = judgeFailure([], failure(code, 10, readySince), 1);
    expect(failures).toEqual(counts ? [10] : []);
  });

  test('a cell that was lost counts against the guest that filled it', () => {
    const { error, ...rest } = failure('CELL_LOST', 10, 5);
    const guilty = { ...error, details: { guilty: true } };
    expect(judgeFailure([], { ...rest, error: guilty }, 1).failures).toEqual([10]);
  });

  test.each([
    { code: 'SCRIPT_INVALID', decision: 'quarantine' },
    { code: 'PLUGIN_CONFIG_REFUSED', decision: 'quarantine' },
    { code: 'PERMISSION_PENDING', decision: 'approval' },
  ] as const)('$code is never tried again: $decision', ({ code, decision }) => {
    expect(judgeFailure([], failure(code, 0), 1)).toEqual({ decision, failures: [] });
  });

  test.each([
    { random: 0, delayMs: 50 },
    { random: 0.5, delayMs: 75 },
    { random: 0.999, delayMs: 100 },
  ])('the jitter of $random makes 100 ms $delayMs ms', ({ random, delayMs }) => {
    expect(judgeFailure([], failure('GUEST_TRAPPED', 0), random)).toMatchObject({ delayMs });
  });
});
