import { defaultLimits } from '../../../src/permissions/limits.ts';
import { callHostile } from '../hostile.ts';
import { megabytes, type SoakRow } from '../row.ts';

const slackBytes = 16 * 1024 * 1024;

/** THREATS: cap 64 MiB -> growth at most cap + 16 MiB over 1,000 hostile calls. */
export async function hostileRow(scale: number): Promise<readonly SoakRow[]> {
  const { calls, outcomes, cellGrowth, hostGrowth, wrongNeighbour } = await callHostile(
    Math.ceil(1_000 * scale),
  );
  const ended = Object.entries(outcomes).map(([code, count]) => `${count} ${code}`);
  return [
    {
      what: 'calls of hostile guests, a neighbour between them',
      done: `${calls} calls: ${ended.join(', ')}; ${wrongNeighbour} wrong answers of the neighbour`,
      drift: `growth: cells ${megabytes(cellGrowth)}, host ${megabytes(hostGrowth)}`,
      bar: 'growth of cap + 16 MB',
      holds: wrongNeighbour === 0 && cellGrowth + hostGrowth <= defaultLimits.memory_bytes + slackBytes,
    },
  ];
}
