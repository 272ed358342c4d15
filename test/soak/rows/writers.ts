import { killCommits } from '../../faults/killed-commits.ts';
import { killSaves } from '../../faults/killed-saves.ts';
import { perSecond, type SoakRow } from '../row.ts';

/** DESIGN 13: kill -9 during saves, 1,000 times. */
export async function savesRow(scale: number): Promise<readonly SoakRow[]> {
  const startedAt = performance.now();
  const { kills, saves, torn, lost } = await killSaves(Math.ceil(1_000 * scale));
  return [
    {
      what: 'kill -9 while a config file is saved',
      done: `${kills} kills, ${saves} acknowledged saves, ${torn.length} torn, ${lost.length} lost`,
      rate: perSecond(saves, performance.now() - startedAt),
      bar: '0 torn, 0 lost',
      holds: torn.length + lost.length === 0,
    },
  ];
}

export async function commitsRow(scale: number): Promise<readonly SoakRow[]> {
  const startedAt = performance.now();
  const { kills, commits, torn, lost, damage } = await killCommits(Math.ceil(1_000 * scale));
  return [
    {
      what: 'kill -9 while the database is written',
      done: `${kills} kills, ${commits} acknowledged commits, ${torn.length} torn, ${lost.length} lost, ${damage.length} damaged`,
      rate: perSecond(commits, performance.now() - startedAt),
      bar: '0 torn, 0 lost, 0 damaged',
      holds: torn.length + lost.length + damage.length === 0,
    },
  ];
}
