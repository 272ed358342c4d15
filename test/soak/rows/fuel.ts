import { repeatCall } from '../fuel.ts';
import type { SoakRow } from '../row.ts';

/** THREATS: fuel identical over 1,000 repeats; in each tier. */
export async function fuelRow(scale: number): Promise<readonly SoakRow[]> {
  const { repeats, figures } = await repeatCall(Math.ceil(1_000 * scale));
  return Object.entries(figures).map(([guest, seen]) => ({
    what: `fuel of one call of a ${guest}`,
    done: `${repeats} fresh instances in each of three tiers: ${seen.slice(0, 5).join(', ')}`,
    bar: 'one figure',
    holds: seen.length === 1,
  }));
}
