import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbx-database-'));
});
afterEach(() => rm(folder, { recursive: true }));

const insert = 'insert into lease_usage (plugin, lease, calls, bytes) values (?, ?, ?, ?)';
const select = 'select calls from lease_usage where plugin = ?';

test('what a transaction wrote is there after the database is opened again', async () => {
  const file = join(folder, 'deep', 'state.sqlite');
  {
    await using database = await openDatabase(file);
    await database.transact([{ sql: insert, parameters: ['waves.a', 'l', 7, 0] }]);
  }
  await using again = await openDatabase(file);
  expect(await again.transact([{ sql: select, parameters: ['waves.a'] }])).toEqual([[{ calls: 7n }]]);
});

test.skipIf(process.platform === 'win32')('a database and its folder are for their owner alone', async () => {
  const deep = join(folder, 'deep');
  await using database = await openDatabase(join(deep, 'state.sqlite'));
  await database.transact([{ sql: insert, parameters: ['waves.a', 'l', 1, 0] }]);
  const names = await readdir(deep);
  const rights = await Promise.all(
    ['.', ...names].map(async (name) => ((await stat(join(deep, name))).mode & 0o777).toString(8)),
  );
  expect(rights).toEqual(['700', ...names.map(() => '600')]);
});

test('a transaction that fails changes nothing', async () => {
  await using database = await openDatabase(join(folder, 'state.sqlite'));
  const row = { sql: insert, parameters: ['waves.a', 'l', 1, 0] };
  await expect(database.transact([row, row])).rejects.toMatchObject({ code: 'STORE_FAILED' });
  expect(await database.transact([{ sql: select, parameters: ['waves.a'] }])).toEqual([[]]);
});

test('no statement attaches another database', async () => {
  await using database = await openDatabase(join(folder, 'state.sqlite'));
  const attach = { sql: 'attach database ? as other', parameters: [join(folder, 'other.sqlite')] };
  await expect(database.transact([attach])).rejects.toMatchObject({ code: 'STORE_FAILED' });
});

test('a file that is no database is refused by name', async () => {
  await expect(openDatabase('/dev/null/state.sqlite')).rejects.toMatchObject({ code: 'STORE_FAILED' });
  await expect(openDatabase(import.meta.filename)).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
