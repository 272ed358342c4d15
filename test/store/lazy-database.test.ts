import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseFile, lazyDatabase } from '../../src/store/lazy-database.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbx-lazy-'));
});
afterEach(() => rm(folder, { recursive: true }));

const one = { sql: 'select 1 as one' };

test('a database nobody asks is neither made nor opened', async () => {
  const database = lazyDatabase(databaseFile(join(folder, 'state')));
  await database[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
});

test('those who ask at once share one', async () => {
  await using database = lazyDatabase(databaseFile(join(folder, 'state')));
  const answers = await Promise.all([database.transact([one]), database.transact([one])]);
  expect(answers).toEqual([[[{ one: 1n }]], [[{ one: 1n }]]]);
  expect((await readdir(join(folder, 'state'))).includes('signalbox.sqlite')).toBe(true);
});

test('an opening that failed is tried again', async () => {
  const file = databaseFile(join(folder, 'state'));
  await writeFile(dirname(file), 'in the way');
  await using database = lazyDatabase(file);
  await expect(database.transact([one])).rejects.toMatchObject({ code: 'STORE_FAILED' });
  await rm(dirname(file));
  expect(await database.transact([one])).toEqual([[{ one: 1n }]]);
});

test('closed it answers nobody', async () => {
  const database = lazyDatabase(databaseFile(join(folder, 'state')));
  await database.transact([one]);
  await database[Symbol.asyncDispose]();
  await expect(database.transact([one])).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
