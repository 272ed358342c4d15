import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LettingGo } from '../../../src/sandbox/broker/letting-go.ts';

describe('a cell that was told to destroy a guest that ran', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** When it is overdue, milliseconds on the clock; undefined when it is not within ten seconds. */
  const overdueAt = (processorMs: (clockMs: number) => number | undefined): number | undefined => {
    const start = performance.now();
    let at: number | undefined;
    using _lettingGo = new LettingGo({
      processorMs: () => processorMs(performance.now() - start),
      onOverdue: () => {
        at ??= Math.round(performance.now() - start);
      },
    });
    for (let passed = 0; passed < 10_000 && at === undefined; passed += 1) vi.advanceTimersByTime(1);
    return at;
  };

  test.each<[string, (clockMs: number) => number | undefined, number]>([
    ['runs all the time', (clockMs) => 7_000 + clockMs, 151],
    ['gets a tenth of a processor', (clockMs) => Math.floor(clockMs / 100) * 10, 1_500],
    ['is not run at all', () => 40, 5_000],
    ['cannot be looked at', () => undefined, 151],
    ['cannot be looked at any more', (clockMs) => (clockMs === 0 ? 10 : undefined), 151],
  ])('and %s is overdue in time', (_how, processorMs, expected) => {
    const at = overdueAt(processorMs);
    expect(at).toBeGreaterThanOrEqual(Math.min(expected, 5_000) - 1);
    expect(at).toBeLessThanOrEqual(expected + 15);
  });

  test('is overdue no more once it has done so', () => {
    const onOverdue = vi.fn();
    const lettingGo = new LettingGo({ processorMs: () => undefined, onOverdue });
    vi.advanceTimersByTime(140);
    lettingGo[Symbol.dispose]();
    vi.advanceTimersByTime(10_000);
    expect(onOverdue).not.toHaveBeenCalled();
  });
});
