import { expect, test } from 'vitest';
import { FuelSlices } from '../../../src/sandbox/cell/fuel-slices.ts';

/** Slices of a guest that takes so long for a unit of fuel. */
function slicesAt(nanosecondsPerFuel: (slice: number) => number, count: number): readonly number[] {
  let nowMs = 1_000;
  const slices = new FuelSlices(() => nowMs);
  const handed = [slices.first()];
  for (let n = 1; n < count; n++) {
    nowMs += ((handed.at(-1) ?? 0) * nanosecondsPerFuel(n)) / 1e6;
    handed.push(slices.next());
  }
  return handed;
}

test('slices begin small and grow until they take a tenth of a millisecond', () => {
  expect(slicesAt(() => 0.5, 7)).toEqual([1_000, 4_000, 16_000, 64_000, 200_000, 200_000, 200_000]);
});

test('a guest whose instructions become slow has small ones at once', () => {
  expect(slicesAt((n) => (n < 6 ? 0.5 : 50), 8)).toEqual([
    1_000, 4_000, 16_000, 64_000, 200_000, 200_000, 2_000, 2_000,
  ]);
});

test('slices are neither without end nor without use', () => {
  expect(slicesAt(() => 0, 8).at(-1)).toBe(1_000_000);
  expect(slicesAt(() => 1e9, 3)).toEqual([1_000, 1_000, 1_000]);
});
