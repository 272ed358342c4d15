import { expect, test } from 'vitest';
import { parsePluginId } from '../../src/core/ids.ts';
import { lazyDatabase } from '../../src/store/lazy-database.ts';
import { createPluginStorage } from '../../src/store/plugin-storage.ts';
import { createStorageOccupants } from '../../src/store/storage-occupants.ts';
import { bytes, itemAt } from '../contract/plugin-storage-contract.ts';

const place = itemAt('k');
const vault = place.plugin;
const other = parsePluginId('other');
const config = '/app/signalbox.toml';

function open() {
  const database = lazyDatabase(':memory:');
  const storage = createPluginStorage(database);
  const occupants = createStorageOccupants(database);
  return {
    storage,
    occupants,
    /** Whether `vault` finds what was stored, after the config had these artifacts under its id, document by document. */
    async findsAfter(artifacts: readonly (string | undefined | 'unreadable')[], file = config) {
      for (const [index, artifact] of artifacts.entries()) {
        const present = [
          { plugin: other, artifact: 'other.ts' },
          ...(artifact === undefined
            ? []
            : [{ plugin: vault, ...(artifact !== 'unreadable' && { artifact }) }]),
        ];
        await occupants.note(file, present, index);
      }
      return (await storage.get(place)) !== undefined;
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

test.each([
  ['stays through an upgrade', ['a-1.ts', 'a-2.ts'], true],
  ['is there again after an entry was missing for one save', ['a.ts', undefined, 'a.ts'], true],
  ['is there again after an entry could not be read', ['a.ts', 'unreadable', 'b.ts'], true],
  ['is not found by another plugin that takes the id', ['a.ts', undefined, 'b.ts'], false],
  [
    'is not found by the earlier one either, once another came',
    ['a.ts', undefined, 'b.ts', undefined, 'a.ts'],
    false,
  ],
  [
    'is not found where an entry came back unreadable first',
    ['a.ts', undefined, 'unreadable', 'b.ts'],
    false,
  ],
  ['is not found where nobody saw whose it was', [undefined, 'a.ts'], false],
] as const)('what a plugin keeps %s', async (_title, artifacts, isFound) => {
  await using box = open();
  await box.storage.set(place, bytes('secret'), 1_000);
  expect(await box.findsAfter(artifacts)).toBe(isFound);
});

test('what is set aside is kept whole, and no longer counts against the id', async () => {
  await using box = open();
  const { storage, occupants } = box;
  const collection = { plugin: vault, space: place.space, collection: place.space };
  await storage.set(place, bytes('secret'), 1_000);
  await storage.append(collection, bytes('element'), 1_000);
  await box.findsAfter(['a.ts', undefined]);
  const setAside = await occupants.note(config, [{ plugin: vault, artifact: 'b.ts' }], 1_700);
  expect(setAside).toEqual([{ plugin: vault, keptAs: `${vault}~1700` }]);
  const keptAs = { plugin: `${vault}~1700` as typeof vault };
  const page = { maxRows: 10, maxBytes: 1_000 };
  expect([
    await storage.get({ ...place, ...keptAs }),
    (await storage.readCollection({ ...collection, ...keptAs }, 0n, page)).rows,
    (await storage.readCollection(collection, 0n, page)).rows,
    await storage.set(place, bytes(''), 64 + place.space.length + 1),
  ]).toEqual([
    bytes('secret'),
    [{ number: 1n, value: bytes('element') }],
    [],
    { outcome: 'stored', value: undefined },
  ]);
});

test('a config that shares the state folder makes nobody of another one leave', async () => {
  await using box = open();
  await box.storage.set(place, bytes('secret'), 1_000);
  await box.findsAfter(['a.ts']);
  expect(await box.findsAfter([undefined], '/app/other.toml')).toBe(true);
  expect(await box.findsAfter(['b.ts'])).toBe(true);
});

test('without a database there is nothing to note', async () => {
  await using box = open();
  expect(await box.occupants.note(config, [{ plugin: vault, artifact: 'a.ts' }], 0)).toBeUndefined();
});
