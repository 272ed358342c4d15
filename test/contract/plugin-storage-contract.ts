import { describe, expect, test } from 'vitest';
import {
  isStorageKey,
  isStorageName,
  parsePluginId,
  type StorageKey,
  type StorageName,
} from '../../src/core/ids.ts';
import type { CollectionPlace, ItemPlace, PluginStorage } from '../../src/ports/plugin-storage.ts';

interface Opened extends AsyncDisposable {
  readonly storage: PluginStorage;
}

const plenty = 1_000_000;
const whole = { maxRows: 1_000, maxBytes: plenty };
/** The cost of an element in `space.log`, its value apart; the same for an item of a key of three bytes. */
const emptyCost = 64 + 'space'.length + 'log'.length;

export function testPluginStorage(where: string, open: () => Promise<Opened>): void {
  describe(`storage ${where}`, () => {
    test('an item is what was set last, and gone when it was deleted', async () => {
      await using opened = await open();
      const { storage } = opened;
      const steps = [
        await storage.get(itemAt('k')),
        await storage.set(itemAt('k'), bytes('one'), plenty),
        await storage.get(itemAt('k')),
        await storage.set(itemAt('k'), bytes(''), plenty),
        await storage.get(itemAt('k')),
        await storage.delete(itemAt('k')),
        await storage.delete(itemAt('k')),
        await storage.get(itemAt('k')),
      ];
      const stored = { outcome: 'stored', value: undefined };
      expect(steps).toEqual([undefined, stored, bytes('one'), stored, bytes(''), true, false, undefined]);
    });

    test.each([`'; drop table storage_items; --`, `"k"`, '%', '_', '?1', 'ключ', '🚂', '\u{10ffff}', ' '])(
      'the key %j is a key like any other',
      async (key) => {
        await using opened = await open();
        const { storage } = opened;
        await storage.set(itemAt('k'), bytes('other'), plenty);
        await storage.set(itemAt(key), bytes('this'), plenty);
        expect(await storage.get(itemAt(key))).toEqual(bytes('this'));
        expect(await storage.list({ ...place, prefix: keyOf(key) }, whole)).toEqual({
          rows: [{ key, value: bytes('this') }],
          hasMore: false,
        });
        expect(await storage.delete(itemAt(key))).toBe(true);
        expect(await storage.get(itemAt('k'))).toEqual(bytes('other'));
      },
    );

    test('neither another plugin nor another space sees it', async () => {
      await using opened = await open();
      const { storage } = opened;
      await storage.set(itemAt('k'), bytes('mine'), plenty);
      await storage.append(log, bytes('mine'), plenty);
      for (const elsewhere of [{ plugin: parsePluginId('other') }, { space: nameOf('other') }]) {
        expect(await storage.get({ ...itemAt('k'), ...elsewhere })).toBeUndefined();
        expect(await storage.delete({ ...itemAt('k'), ...elsewhere })).toBe(false);
        expect(await storage.list({ ...place, prefix: '', ...elsewhere }, whole)).toEqual(nothing);
        expect(await storage.readCollection({ ...log, ...elsewhere }, 0n, whole)).toEqual(nothing);
      }
    });

    test('a listing is in the order of bytes, below a prefix and behind a key', async () => {
      await using opened = await open();
      const { storage } = opened;
      const keys = ['a', 'a\u{ff5a}', 'a🚂', 'a\u{10ffff}', 'a\u{10ffff}z', 'ab', 'b', 'B', 'a\ud7ff'];
      for (const key of keys) await storage.set(itemAt(key), bytes(key), plenty);
      const listed = async (prefix: string, after?: string) => {
        const search = { ...place, prefix: prefix === '' ? ('' as const) : keyOf(prefix) };
        const page = await storage.list({ ...search, ...(after && { after: keyOf(after) }) }, whole);
        return page.rows.map(({ key }) => key);
      };
      const belowA = ['a', 'ab', 'a\ud7ff', 'a\u{ff5a}', 'a🚂', 'a\u{10ffff}', 'a\u{10ffff}z'];
      expect(await listed('')).toEqual(['B', ...belowA, 'b']);
      expect(await listed('a')).toEqual(belowA);
      expect(await listed('a', 'a\u{ff5a}')).toEqual(belowA.slice(4));
      expect(await listed('a', 'b')).toEqual([]);
      expect(await listed('a\ud7ff')).toEqual(['a\ud7ff']);
      expect(await listed('a\u{10ffff}')).toEqual(belowA.slice(5));
      expect(await listed('\u{10ffff}')).toEqual([]);
    });

    test('a page ends at its rows or its bytes, and holds one row in any case', async () => {
      await using opened = await open();
      const { storage } = opened;
      for (const key of ['a', 'b', 'c', 'd']) {
        await storage.set(itemAt(key), bytes('123456789'), plenty);
        await storage.append(log, bytes('1234567890'), plenty);
      }
      const pages = async (maxRows: number, maxBytes: number) => {
        const items = await storage.list({ ...place, prefix: '' }, { maxRows, maxBytes });
        const elements = await storage.readCollection(log, 0n, { maxRows, maxBytes });
        return [items, elements].map(({ rows, hasMore }) => [rows.length, hasMore]);
      };
      expect(await pages(4, 40)).toEqual([
        [4, false],
        [4, false],
      ]);
      expect(await pages(3, 40)).toEqual([
        [3, true],
        [3, true],
      ]);
      expect(await pages(4, 39)).toEqual([
        [3, true],
        [3, true],
      ]);
      expect(await pages(4, 1)).toEqual([
        [1, true],
        [1, true],
      ]);
    });

    test('elements are numbered from 1 in the order they came, whoever asks at once', async () => {
      await using opened = await open();
      const { storage } = opened;
      const appended = await Promise.all(
        Array.from({ length: 20 }, (_, at) => storage.append(log, bytes(String(at)), plenty)),
      );
      const numbers = appended.map((storing) => storing.outcome === 'stored' && storing.value);
      expect(numbers).toEqual(Array.from({ length: 20 }, (_, at) => BigInt(at) + 1n));
      expect(await storage.readCollection(log, 18n, whole)).toEqual({
        rows: [
          { number: 19n, value: bytes('18') },
          { number: 20n, value: bytes('19') },
        ],
        hasMore: false,
      });
      expect(await storage.readCollection(log, 2n ** 64n - 1n, whole)).toEqual(nothing);
      const other = { ...log, collection: nameOf('other') };
      expect(await storage.append(other, bytes(''), plenty)).toEqual({ outcome: 'stored', value: 1n });
    });

    test('what does not fit is not stored, and the figure it would have reached is told', async () => {
      await using opened = await open();
      const { storage } = opened;
      const limit = 3 * emptyCost + 10;
      expect(await storage.append(log, bytes('12345'), limit)).toMatchObject({ outcome: 'stored' });
      expect(await storage.set(itemAt('abc'), bytes('12345'), limit)).toMatchObject({ outcome: 'stored' });
      expect(await storage.set(itemAt('abd'), bytes('1'), limit)).toEqual({
        outcome: 'full',
        reached: limit + 1,
      });
      expect(await storage.append(log, bytes('1'), limit)).toEqual({ outcome: 'full', reached: limit + 1 });
      expect(await storage.append(log, bytes(''), limit)).toEqual({ outcome: 'stored', value: 2n });
      expect(await storage.set(itemAt('abc'), bytes('123456'), limit)).toEqual({
        outcome: 'full',
        reached: limit + 1,
      });
      expect(await storage.get(itemAt('abc'))).toEqual(bytes('12345'));
    });

    test('with less room than is used, less can take the place of more, and deleting makes room', async () => {
      await using opened = await open();
      const { storage } = opened;
      await storage.set(itemAt('abc'), bytes('1234567890'), plenty);
      await storage.set(itemAt('abd'), bytes(''), plenty);
      const limit = emptyCost;
      expect(await storage.set(itemAt('abc'), bytes('1234567891'), limit)).toMatchObject({
        outcome: 'stored',
      });
      expect(await storage.set(itemAt('abc'), bytes('123'), limit)).toMatchObject({ outcome: 'stored' });
      expect(await storage.set(itemAt('abc'), bytes('1234'), limit)).toMatchObject({ outcome: 'full' });
      await storage.delete(itemAt('abc'));
      await storage.delete(itemAt('abd'));
      expect(await storage.set(itemAt('xyz'), bytes(''), limit)).toMatchObject({ outcome: 'stored' });
    });

    test('calls at once never store more than the limit together', async () => {
      await using opened = await open();
      const { storage } = opened;
      const storing = await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          at % 2 === 0
            ? storage.append(log, bytes('1234567890'), 10 * (emptyCost + 10))
            : storage.set(itemAt(`k${at + 10}`), bytes('1234567890'), 10 * (emptyCost + 10)),
        ),
      );
      expect(storing.filter(({ outcome }) => outcome === 'stored')).toHaveLength(10);
    });
  });
}

const nothing = { rows: [], hasMore: false };
const place = { plugin: parsePluginId('waves.scanner'), space: nameOf('space') };
const log: CollectionPlace = { ...place, collection: nameOf('log') };

export function itemAt(key: string): ItemPlace {
  return { ...place, key: keyOf(key) };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function keyOf(text: string): StorageKey {
  if (!isStorageKey(text)) throw new Error(`${JSON.stringify(text)} is no key`);
  return text;
}

function nameOf(text: string): StorageName {
  if (!isStorageName(text)) throw new Error(`${JSON.stringify(text)} is no name`);
  return text;
}
