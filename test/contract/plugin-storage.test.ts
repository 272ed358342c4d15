import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lazyDatabase } from '../../src/store/lazy-database.ts';
import { createPluginStorage } from '../../src/store/plugin-storage.ts';
import { MemoryPluginStorage } from '../support/memory-plugin-storage.ts';
import { bytes, itemAt, testPluginStorage } from './plugin-storage-contract.ts';

testPluginStorage('in memory', async () => ({
  storage: new MemoryPluginStorage(),
  [Symbol.asyncDispose]: async () => {},
}));

testPluginStorage('in a database', async () => {
  const database = lazyDatabase(':memory:');
  return {
    storage: createPluginStorage(database),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
});

test('what is stored is there after the database is opened again, and counts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-storage-'));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(folder, { recursive: true }));
  const file = join(folder, 'state', 'signalbox.sqlite');
  {
    await using database = lazyDatabase(file);
    await createPluginStorage(database).set(itemAt('k'), bytes('kept'), 100);
  }
  await using database = lazyDatabase(file);
  const storage = createPluginStorage(database);
  expect(await storage.get(itemAt('k'))).toEqual(bytes('kept'));
  expect(await storage.set(itemAt('other'), bytes(''), 100)).toEqual({ outcome: 'full', reached: 148 });
});
