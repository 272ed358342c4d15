import { toErrorRecord } from './errors.ts';

/** JSON text of any value of ours: bigints as decimal text, errors as records, Maps as arrays of pairs, Sets as arrays. */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, plain, indent) ?? 'null';
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return toErrorRecord(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}
