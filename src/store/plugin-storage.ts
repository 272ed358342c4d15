import { SignalboxError } from '../core/errors.ts';
import { isStorageKey, type StorageKey } from '../core/ids.ts';
import type { PluginStorage, StoredElement, StoredItem, Storing } from '../ports/plugin-storage.ts';
import type { Database } from './database.ts';
import type { Row, SqlValue } from './database-messages.ts';

/** What plugins keep, in the runtime's database. Bytes are counted by the triggers of src/store/database-schema.ts. */
export function createPluginStorage(database: Database): PluginStorage {
  const run = async (sql: string, ...parameters: readonly SqlValue[]): Promise<readonly Row[]> => {
    const [rows = []] = await database.transact([{ sql, parameters }]);
    return rows;
  };

  /** Measures and stores in one transaction: what others store meanwhile comes before both or after both. */
  const store = async <Value>(
    { reached, insert }: Storage,
    parameters: readonly SqlValue[],
    maxBytes: number,
    readRow: (row: Row) => Value,
  ): Promise<Storing<Value>> => {
    const [measured = [], stored = []] = await database.transact([
      { sql: `select ${reached} as reached`, parameters },
      { sql: insert, parameters: [...parameters, maxBytes] },
    ]);
    const [row] = stored;
    if (row) return { outcome: 'stored', value: readRow(row) };
    return { outcome: 'full', reached: Number(measured[0]?.['reached']) };
  };

  return {
    async get({ plugin, space, key }) {
      const [row] = await run(sql.get, plugin, space, key);
      return row && bytesOf(row);
    },
    set: ({ plugin, space, key }, value, maxBytes) =>
      store(setting, [plugin, space, key, value], maxBytes, () => undefined),
    async delete({ plugin, space, key }) {
      return (await run(sql.delete, plugin, space, key)).length > 0;
    },
    async list({ plugin, space, prefix, after = '' }, { maxRows, maxBytes }) {
      const rows = await run(sql.list, plugin, space, prefix, endOf(prefix), after, maxRows, maxBytes);
      return page(rows, (row): StoredItem => ({ key: keyOf(row), value: bytesOf(row) }));
    },
    append: ({ plugin, space, collection }, value, maxBytes) =>
      store(appending, [plugin, space, collection, value], maxBytes, numberOf),
    async readCollection({ plugin, space, collection }, after, { maxRows, maxBytes }) {
      const rows = await run(sql.read, plugin, space, collection, clamped(after), maxRows, maxBytes);
      return page(rows, (row): StoredElement => ({ number: numberOf(row), value: bytesOf(row) }));
    },
  };
}

const used = 'coalesce((select bytes from storage_usage where plugin = ?1), 0)';
/** Of what is to be stored: space, key or collection, value. */
const cost = '(64 + octet_length(?2) + octet_length(?3) + octet_length(?4))';

/** Statements over the parameters plugin, space, key or collection, value; `insert` has the limit as a fifth. */
interface Storage {
  /** The bytes the plugin would have then. */
  readonly reached: string;
  readonly insert: string;
}

const storedSize =
  '(select octet_length(value) from storage_items where plugin = ?1 and space = ?2 and key = ?3)';
const reachedBySet = `${used} + coalesce(octet_length(?4) - ${storedSize}, ${cost})`;
const setting: Storage = {
  reached: reachedBySet,
  insert: `insert into storage_items (plugin, space, key, value) select ?1, ?2, ?3, ?4
    where ${reachedBySet} <= ?5 or octet_length(?4) <= ${storedSize}
    on conflict (plugin, space, key) do update set value = excluded.value
    returning key`,
};

const reachedByAppend = `${used} + ${cost}`;
const appending: Storage = {
  reached: reachedByAppend,
  insert: `insert into storage_elements (plugin, space, collection, number, value)
    select ?1, ?2, ?3, 1 + coalesce(max(number), 0), ?4
      from storage_elements where plugin = ?1 and space = ?2 and collection = ?3
    having ${reachedByAppend} <= ?5
    returning number`,
};

/**
 * A page is chosen by sizes alone, before any value is read: those rows whose sizes add up to no more than fits, the first in any case,
 * and one row more to tell that there is one.
 */
const sql = {
  get: 'select value from storage_items where plugin = ? and space = ? and key = ?',
  delete: 'delete from storage_items where plugin = ? and space = ? and key = ? returning key',
  list: `with
    found as (
      select key, octet_length(key) + octet_length(value) as size from storage_items
      where plugin = ?1 and space = ?2 and key >= ?3 and key < ?4 and key > ?5 order by key limit ?6 + 1),
    measured as (
      select key, row_number() over keys as place, sum(size) over keys as reached from found
      window keys as (order by key rows unbounded preceding))
    select key, value, (select count(*) from found) as found from measured join storage_items using (key)
    where plugin = ?1 and space = ?2 and place <= ?6 and (reached <= ?7 or place = 1) order by key`,
  read: `with
    found as (
      select number, octet_length(value) as size from storage_elements
      where plugin = ?1 and space = ?2 and collection = ?3 and number > ?4 order by number limit ?5 + 1),
    measured as (
      select number, row_number() over numbers as place, sum(size) over numbers as reached from found
      window numbers as (order by number rows unbounded preceding))
    select number, value, (select count(*) from found) as found from measured join storage_elements using (number)
    where plugin = ?1 and space = ?2 and collection = ?3 and place <= ?5 and (reached <= ?6 or place = 1)
    order by number`,
} as const;

function page<Stored>(rows: readonly Row[], read: (row: Row) => Stored) {
  const found = Number(rows[0]?.['found'] ?? 0);
  return { rows: rows.map(read), hasMore: found > rows.length };
}

/**
 * The least text behind all that begin with `prefix`: its last character, counted up. Without one there is no end, and SQLite has every blob
 * behind every text.
 */
function endOf(prefix: string): SqlValue {
  const characters = [...prefix];
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const code = last.codePointAt(0) ?? 0;
    if (code === 0x10_ffff) continue;
    // No text has surrogates alone.
    const next = code === 0xd7ff ? 0xe000 : code + 1;
    return characters.join('') + String.fromCodePoint(next);
  }
  return new Uint8Array();
}

const maxInteger = 2n ** 63n - 1n;

/** A WIT `u64` may be more than any number that was given. */
function clamped(number: bigint): bigint {
  return number > maxInteger ? maxInteger : number;
}

function bytesOf({ value }: Row): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw broken('value', value);
}

function numberOf({ number }: Row): bigint {
  if (typeof number === 'bigint') return number;
  throw broken('number', number);
}

function keyOf({ key }: Row): StorageKey {
  if (typeof key === 'string' && isStorageKey(key)) return key;
  throw broken('key', key);
}

/** The tables are strict, so this is a fault of ours or of the disk. */
function broken(column: string, value: unknown): SignalboxError {
  return new SignalboxError('STORE_FAILED', `The database has a ${typeof value} where a ${column} belongs`, {
    hint: 'Restore the state folder from a backup',
  });
}
