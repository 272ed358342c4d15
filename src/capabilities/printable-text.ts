// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Marks the end of text that was longer. */
export const cutMark = '… [cut]';

/** Text that moves no cursor, starts no line and turns no reading direction: such characters are written as escapes. */
export function printableText(text: string): string {
  return text.toWellFormed().replace(unprintable, (character) => {
    return shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The same for every string and key inside a JSON value. */
export function printableJson(value: unknown): unknown {
  if (typeof value === 'string') return printableText(value);
  if (Array.isArray(value)) return value.map(printableJson);
  if (typeof value !== 'object' || value === null) return value;
  // `fromEntries` defines, so a key `__proto__` stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [printableText(key), printableJson(part)] as const),
  );
}

/** Printable text of at most `maxBytes` of UTF-8, marked when something is missing. */
export function boundedText(text: string, maxBytes: number): string {
  // No character takes less than a byte, so what lies beyond is cut whatever it is; escaping all of it would be wasted.
  const printable = printableText(text.slice(0, maxBytes + 1));
  if (text.length <= maxBytes && Buffer.byteLength(printable) <= maxBytes) return printable;
  const bytes = new TextEncoder().encode(printable).subarray(0, maxBytes - Buffer.byteLength(cutMark));
  // A sequence cut in two at the end would become U+FFFD; `stream` holds it back.
  return new TextDecoder().decode(bytes, { stream: true }) + cutMark;
}
