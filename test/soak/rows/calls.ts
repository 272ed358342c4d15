import { callOften } from '../calls.ts';
import { growth, latencyDrift } from '../drift.ts';
import { driftText, perSecond, type SoakRow } from '../row.ts';

const maxDrift = 0.05;
const maxGrowthBytes = 20 * 1024 * 1024;

/** DESIGN 13: 1e6 calls. */
export async function callsRow(scale: number): Promise<readonly SoakRow[]> {
  const { calls, wrong, elapsedMs, drift } = await callOften(Math.ceil(1_000_000 * scale));
  return [
    {
      what: 'calls of one script, one after the other',
      done: `${calls} calls, ${wrong} wrong`,
      rate: perSecond(calls, elapsedMs),
      drift: driftText(drift),
      bar: 'latency +5 %, growth 20 MB',
      holds: wrong === 0 && latencyDrift(drift) <= maxDrift && growth(drift) <= maxGrowthBytes,
    },
  ];
}
