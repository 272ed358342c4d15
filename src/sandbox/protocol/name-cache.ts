const slots = 256;

/** Names of fields come again with each record: the one that was decoded last in its slot is compared, which takes a fifth of the time. */
export class NameCache {
  readonly #names: string[] = Array.from({ length: slots }, () => '');

  /** @param length in bytes, at most 255 */
  at(bytes: Buffer, start: number, length: number): string {
    const slot = (length * 31 + (bytes[start] ?? 0) * 7 + (bytes[start + length - 1] ?? 0)) % slots;
    const known = this.#names[slot] ?? '';
    if (isThere(known, bytes, start, length)) return known;
    const name = bytes.toString('utf8', start, start + length);
    this.#names[slot] = name;
    return name;
  }
}

/** False for whatever is not ASCII. */
function isThere(name: string, bytes: Buffer, start: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let index = 0; index < length; index += 1) {
    const code = name.charCodeAt(index);
    if (code > 0x7f || code !== bytes[start + index]) return false;
  }
  return true;
}
