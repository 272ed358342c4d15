import { printable } from '../core/printable.ts';

/** Marks the end of text that was longer. */
export const cutMark = '… [cut]';

/** Printable text for every string and key inside a JSON value. */
export function printableJson(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(printableJson);
  if (typeof value !== 'object' || value === null) return value;
  // `fromEntries` defines, so a key `__proto__` stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [printable(key), printableJson(part)] as const),
  );
}

/** Printable text of at most `maxBytes` of UTF-8, marked when something is missing. */
export function boundedText(text: string, maxBytes: number): string {
  // No character takes less than a byte, so what lies beyond is cut whatever it is; escaping all of it would be wasted.
  const shown = printable(text.slice(0, maxBytes + 1));
  if (text.length <= maxBytes && Buffer.byteLength(shown) <= maxBytes) return shown;
  const bytes = new TextEncoder().encode(shown).subarray(0, maxBytes - Buffer.byteLength(cutMark));
  // A sequence cut in two at the end would become U+FFFD; `stream` holds it back.
  return new TextDecoder().decode(bytes, { stream: true }) + cutMark;
}
