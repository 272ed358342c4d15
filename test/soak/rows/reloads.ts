import { growth, latencyDrift } from '../drift.ts';
import { reloadOften } from '../reloads.ts';
import { driftText, perSecond, type SoakRow } from '../row.ts';

const maxDrift = 0.05;
const maxGrowthBytes = 20 * 1024 * 1024;

export const scriptReloadsRow = (scale: number): Promise<readonly SoakRow[]> => reloadsRow('script', scale);
export const componentReloadsRow = (scale: number): Promise<readonly SoakRow[]> =>
  reloadsRow('component', scale);

/** DESIGN 13: 10,000 reloads. */
async function reloadsRow(kind: 'script' | 'component', scale: number): Promise<readonly SoakRow[]> {
  const { reloads, failed, elapsedMs, drift, leaked } = await reloadOften(kind, Math.ceil(10_000 * scale));
  return [
    {
      what: `reloads of a ${kind}, a call after each`,
      done: `${reloads} reloads, ${failed} failed, leaked: ${leaked.map(([name, more]) => `${more} ${name}`).join(', ') || 'nothing'}`,
      rate: perSecond(reloads, elapsedMs),
      drift: driftText(drift),
      bar: 'latency +5 %, growth 20 MB, no handle',
      holds:
        failed === 0 &&
        leaked.length === 0 &&
        latencyDrift(drift) <= maxDrift &&
        growth(drift) <= maxGrowthBytes,
    },
  ];
}
