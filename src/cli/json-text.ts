import { plainJson } from '../core/plain-json.ts';
import { printableJsonText } from '../core/printable.ts';

/** One value as one line of JSON that a terminal can show. */
export function jsonLine(value: unknown): string {
  return `${printableJsonText(plainJson(value))}\n`;
}

/** The same for people who look at it: indented. */
export function jsonDocument(value: unknown): string {
  return `${printableJsonText(plainJson(value, 2))}\n`;
}
