import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { createPluginStorage } from '../../src/store/plugin-storage.ts';
import { bytes, itemAt } from '../contract/plugin-storage-contract.ts';

test('a full disk is said, loses nothing that was acknowledged, and passes when there is room', async () => {
  await using database = await openDatabase(':memory:');
  await database.transact([{ sql: 'pragma max_page_count = 100' }]);
  const storage = createPluginStorage(database);
  const value = new Uint8Array(10_000).fill(7);
  const kept: string[] = [];
  let problem: unknown;
  while (problem === undefined) {
    const key = `key-${kept.length}`;
    await storage.set(itemAt(key), value, 1e9).then(
      () => kept.push(key),
      (error: unknown) => {
        problem = error;
      },
    );
  }
  expect(problem).toMatchObject({ code: 'STORE_FAILED', details: { reason: 'database or disk is full' } });
  expect(kept.length).toBeGreaterThan(10);
  const found = await Promise.all(kept.map((key) => storage.get(itemAt(key))));
  expect(found).toEqual(kept.map(() => value));
  expect(await storage.get(itemAt(`key-${kept.length}`))).toBeUndefined();

  await storage.delete(itemAt('key-0'));
  expect(await storage.set(itemAt('last'), bytes('fits'), 1e9)).toMatchObject({ outcome: 'stored' });
});
