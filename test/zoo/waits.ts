import type { Isolation } from '../../src/config/document.ts';
import { spreadOf } from '../bench/row.ts';
import { randomFrom } from '../soak/random.ts';

/** What neighbours waited for their answers in one cage, milliseconds. */
export interface Waits {
  readonly guest: string;
  readonly tier: Isolation;
  /** That were asked for, beside each. */
  readonly calls: number;
  /** Beside nobody. */
  readonly alone: readonly number[];
  /** Beside the guest, wake by wake. */
  readonly beside: Wakes;
  /** Beside one that behaves, wake by wake. */
  readonly besideBehaved: Wakes;
}

export type Wakes = readonly (readonly number[])[];

export const p99 = (waits: readonly number[]): number => spreadOf(waits).p99;

/** The 99th percentile beside the guest in those beside one that behaves. */
export function timesOf({ beside, besideBehaved }: Pick<Waits, 'beside' | 'besideBehaved'>): number {
  return p99(beside.flat()) / p99(besideBehaved.flat());
}

const resamples = 400;

/** Where nine of ten such ratios lie when the wakes are drawn again, with replacement: the same for the same waits. */
export function rangeOf({ beside, besideBehaved }: Waits): readonly [number, number] {
  const below = randomFrom(resamples);
  const drawn = (wakes: Wakes): Wakes => wakes.map(() => wakes[below(wakes.length)] ?? []);
  const ratios = Array.from({ length: resamples }, () =>
    timesOf({ beside: drawn(beside), besideBehaved: drawn(besideBehaved) }),
  ).toSorted((a, b) => a - b);
  const at = (share: number): number => ratios[Math.floor(resamples * share)] ?? Number.NaN;
  return [at(0.05), at(0.95)];
}
