/**
 * What a terminal may act on or show in another order than it is stored: C0 and C1 controls, DEL, bidirectional marks and
 * overrides, line and paragraph separators, the byte order mark.
 */
const unprintable = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text that moves no cursor, starts no line and turns no reading direction: such characters are shown as `\n` or `\u001b`. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(unprintable, (character) => named[character] ?? unicodeEscape(character));
}

/** JSON text whose strings hold nothing a terminal acts on; it parses to the same value. */
export function printableJsonText(json: string): string {
  return json.replace(unprintable, (character) =>
    character === '\n' ? character : unicodeEscape(character),
  );
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
