/** One header line; names are lower-case where they come from a server. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** Both ways. */
export const maxHeaders = 128;
export const maxHeaderBytes = 32 * 1024;

/**
 * The host's to set. They say who is asked, how the message is framed and what becomes of the connection: with two opinions about
 * these, one request can be read as two.
 */
const ownedByHost: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110, 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, 5.5, without space at either end. What is above Latin-1 cannot be sent. */
const fieldValue = /^([\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/** Why these headers of a guest cannot be sent; undefined when they can. Values are not quoted: they may be secrets. */
export function headersProblem(headers: readonly Header[]): string | undefined {
  if (headers.length > maxHeaders)
    return `The request has ${headers.length} headers; at most ${maxHeaders} are allowed`;
  for (const { name, value } of headers) {
    if (!token.test(name)) return 'The name of a header has characters that are not allowed';
    const lower = name.toLowerCase();
    if (ownedByHost.has(lower) || lower.startsWith('proxy-')) return `Header "${lower}" is set by the host`;
    if (!isFieldValue(value)) return `The value of header "${lower}" has characters that are not allowed`;
  }
  return undefined;
}

export function isFieldValue(value: string): boolean {
  return fieldValue.test(value);
}

export function headerBytes(headers: readonly Header[]): number {
  // A name, a colon, a space, a value, a line end; one byte each character, since nothing is above Latin-1.
  return headers.reduce((sum, { name, value }) => sum + name.length + value.length + 4, 0);
}

/** Header lines as Node gives them: names and values by turns. */
export function pairedHeaders(raw: readonly string[]): readonly Header[] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [{ name: name.toLowerCase(), value: raw[index + 1] ?? '' }] : [],
  );
}

export function hasHeader(headers: readonly Header[], name: string): boolean {
  return headers.some((header) => header.name.toLowerCase() === name);
}
