import { killCells } from '../../faults/killed-cells.ts';
import { perSecond, type SoakRow } from '../row.ts';

/** THREATS: 1,000 injected crashes with the host up and others at 99.9 %. Ours: at 100 %. */
export async function cellsRow(scale: number): Promise<readonly SoakRow[]> {
  const startedAt = performance.now();
  const { kills, calls, lostWithCell, neighbourCalls, wrong } = await killCells(Math.ceil(1_000 * scale));
  return [
    {
      what: 'kill -9 of cells while calls stream',
      done: `${kills} kills, ${calls} calls, ${lostWithCell} lost with their cell, ${neighbourCalls} of others, ${wrong.length} wrong${wrong.length > 0 ? `: ${wrong[0]}` : ''}`,
      rate: perSecond(calls, performance.now() - startedAt),
      bar: 'every call answered, others at 100 %',
      holds: wrong.length === 0,
    },
  ];
}
