import type { Database } from '../../src/store/database.ts';
import type { Statement } from '../../src/store/database-messages.ts';

/** Two rows of two tables that are written together or not at all; the second one takes several pages. */
export function insertPair(number: number): readonly Statement[] {
  const value = new Uint8Array(1 + (number % 20_000)).fill(number);
  return [
    {
      sql: 'insert into lease_usage (plugin, lease, calls, bytes) values (?, ?, ?, ?)',
      parameters: ['p', String(number), number, value.length],
    },
    {
      sql: 'insert into storage_items (plugin, space, key, value) values (?, ?, ?, ?)',
      parameters: ['p', 's', String(number), value],
    },
  ];
}

export interface PairReading {
  readonly integrity: unknown;
  /** Numbers of pairs that are whole. */
  readonly whole: ReadonlySet<number>;
  /** Numbers of which one row is there, or the second has not the size the first names. */
  readonly torn: readonly string[];
}

export async function readPairs(database: Database): Promise<PairReading> {
  const [integrity = [], rows = [], values = []] = await database.transact([
    { sql: 'pragma integrity_check' },
    { sql: 'select lease, bytes from lease_usage' },
    { sql: 'select key, length(value) as bytes from storage_items' },
  ]);
  const sizes = new Map(values.map(({ key, bytes }) => [String(key), bytes]));
  const torn = rows
    .filter(({ lease, bytes }) => sizes.get(String(lease)) !== bytes)
    .map(({ lease }) => String(lease));
  const leases = new Set(rows.map(({ lease }) => String(lease)));
  return {
    integrity: integrity.map((row) => Object.values(row)[0]),
    whole: new Set([...leases].filter((lease) => !torn.includes(lease)).map(Number)),
    torn: [...torn, ...[...sizes.keys()].filter((key) => !leases.has(key))],
  };
}
