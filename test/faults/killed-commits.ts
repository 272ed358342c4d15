import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/store/database.ts';
import { toldBeforeKill } from './killed-child.ts';
import { readPairs } from './pair-rows.ts';

export interface KilledCommits {
  readonly kills: number;
  /** Acknowledged before their process died. */
  readonly commits: number;
  readonly torn: readonly string[];
  readonly lost: readonly number[];
  /** What SQLite's own check says, where it is not "ok". */
  readonly damage: readonly string[];
}

/** Kills a process -9 in the middle of its transactions, again and again, and opens the database each time. */
export async function killCommits(kills: number): Promise<KilledCommits> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-commits-'));
  const file = join(folder, 'state.sqlite');
  const torn: string[] = [];
  const lost: number[] = [];
  const damage: string[] = [];
  let commits = 0;
  let from = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      const told = await toldBeforeKill('database-child.ts', [file, String(from)], 1 + ((kill * 7) % 90));
      commits += told.length;
      await using database = await openDatabase(file);
      const reading = await readPairs(database);
      torn.push(...reading.torn);
      lost.push(...told.filter((number) => !reading.whole.has(number)));
      if (String(reading.integrity) !== 'ok') damage.push(String(reading.integrity));
      from = Math.max(from, ...reading.whole) + 1;
      // Else each look reads all that was ever written.
      await database.transact([{ sql: 'delete from lease_usage' }, { sql: 'delete from storage_items' }]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { kills, commits, torn, lost, damage };
}
