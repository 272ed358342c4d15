import { toErrorRecord } from '../core/errors.ts';
import { printableJsonText } from '../core/printable.ts';

/** One value as one line of JSON: bigints as decimal text, errors as records, Maps as arrays of pairs, Sets as arrays. */
export function jsonLine(value: unknown): string {
  return `${printableJsonText(JSON.stringify(value, plain) ?? 'null')}\n`;
}

/** The same for people who look at it: indented. */
export function jsonDocument(value: unknown): string {
  return `${printableJsonText(JSON.stringify(value, plain, 2) ?? 'null')}\n`;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return toErrorRecord(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}
