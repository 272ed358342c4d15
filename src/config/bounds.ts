/** Larger files are refused unread: what people write by hand stays far below. */
export const maxConfigBytes = 1024 * 1024;

/** Segments of one dotted key, and tables or arrays inside one another. smol-toml builds one object a level, without a bound. */
export const maxNesting = 64;

/**
 * Where a dotted key of more than `maxNesting` segments ends, or undefined. Linear, and on any text: whether it is TOML is
 * for the parser to say. Dots outside strings and comments are dots of keys, or the one of a float.
 */
export function findOverlongKey(text: string): number | undefined {
  let segments = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '.':
        segments += 1;
        if (segments > maxNesting) return at;
        break;
      case '"':
      case "'":
        at = endOfString(text, at) - 1;
        break;
      case '#':
        at = endOfLine(text, at) - 1;
        break;
      case '\n':
      case '=':
      case ',':
      case '[':
      case '{':
        segments = 1;
    }
  }
  return undefined;
}

function endOfLine(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found;
}

/** Where the string that opens at `start` is over; the end of the text when it never is. */
function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  const isMultiline = text.startsWith(quote.repeat(3), start);
  const closing = isMultiline ? quote.repeat(3) : quote;
  for (let at = start + closing.length; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at += 1;
    else if (!isMultiline && text[at] === '\n') return at;
    else if (text.startsWith(closing, at)) {
      let end = at + closing.length;
      // A multi-line string may end in up to two quotes of its own.
      for (let own = 0; isMultiline && own < 2 && text[end] === quote; own++) end += 1;
      return end;
    }
  }
  return text.length;
}
