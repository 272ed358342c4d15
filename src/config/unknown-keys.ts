import type { Table } from './toml.ts';

/** Parts the keys of a table that a schema names from those it does not. */
export function splitUnknown(
  table: Table,
  properties: object,
): { readonly known: Table; readonly unknown: readonly string[] } {
  const unknown = Object.keys(table).filter((key) => !Object.hasOwn(properties, key));
  if (unknown.length === 0) return { known: table, unknown };
  const known = Object.entries(table).filter(([key]) => Object.hasOwn(properties, key));
  return { known: Object.fromEntries(known), unknown };
}
