import process from 'node:process';

/**
 * The one knob of fuzz, fault and soak tests: `SOAK=1000` does everything a thousand times as often as the suite does. `SOAK_SEED` makes
 * other random choices, or those of an earlier run again; the suite makes the same ones each time.
 */
const { SOAK = '1', SOAK_SEED = '1' } = process.env;

/** How often to do what the suite does `times` times. */
export function scaled(times: number): number {
  return Math.max(1, Math.round(times * Number(SOAK)));
}

export const seed = Number(SOAK_SEED);
