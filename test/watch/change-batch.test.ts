import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createChangeBatch } from '../../src/watch/change-batch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function recording(debounceMs: number) {
  const reports: (readonly [number, readonly string[]])[] = [];
  const batch = createChangeBatch(debounceMs, ({ paths }) =>
    reports.push([performance.now() - startedAt, paths]),
  );
  const startedAt = performance.now();
  return { batch, reports };
}

test('a batch waits for the quiet time after its last path', () => {
  const { batch, reports } = recording(100);
  batch.add('b');
  vi.advanceTimersByTime(90);
  batch.add('a');
  batch.add('b');
  vi.advanceTimersByTime(99);
  expect(reports).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(reports).toEqual([[190, ['a', 'b']]]);
});

test('a batch never waits longer than ten quiet times', () => {
  const { batch, reports } = recording(100);
  for (let step = 0; step < 30; step++) {
    batch.add(`${step % 10}`);
    vi.advanceTimersByTime(50);
  }
  vi.advanceTimersByTime(1_000);
  const all = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
  expect(reports).toEqual([
    [1_000, all],
    [1_550, all],
  ]);
});

test('a closed batch reports nothing', () => {
  const { batch, reports } = recording(100);
  batch.add('a');
  batch.close();
  batch.add('b');
  vi.advanceTimersByTime(1_000);
  expect(reports).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
