import { SignalboxError } from '../../core/errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a wasm binary front to back. Whatever does not fit is `ARTIFACT_INVALID` with the offset in the file. */
export class ByteCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;
  readonly #base: number;

  /** @param base where `bytes[0]` lies in the file, for messages */
  constructor(bytes: Uint8Array, base = 0) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.offset = 0;
    this.#base = base;
  }

  get isAtEnd(): boolean {
    return this.offset >= this.end;
  }

  get position(): number {
    return this.#base + this.offset;
  }

  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw this.invalid('the file ends in the middle of a section');
    this.offset += 1;
    return value;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const part = this.byte();
      if (shift === 28 && part > 0x0f) break;
      value += (part & 0x7f) * 2 ** shift;
      if (part < 0x80) return value;
    }
    throw this.invalid('a number is longer than 32 bits');
  }

  /** Skips a LEB128 of up to 64 bits, signed or not. */
  skipLeb64(): void {
    for (let read = 0; read < 10; read += 1) if (this.byte() < 0x80) return;
    throw this.invalid('a number is longer than 64 bits');
  }

  /** A number of things that take at least a byte each. */
  count(): number {
    const count = this.u32();
    if (count > this.end - this.offset)
      throw this.invalid(`a list of ${count} items does not fit into the file`);
    return count;
  }

  /** A length-prefixed UTF-8 name. */
  name(): string {
    const bytes = this.take(this.u32());
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw this.invalid('a name is not UTF-8', cause);
    }
  }

  take(length: number): Uint8Array {
    if (length > this.end - this.offset) {
      throw this.invalid(`${length} bytes are announced, ${this.end - this.offset} are left`);
    }
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  /** The next `length` bytes as a cursor of their own. */
  sub(length: number): ByteCursor {
    const base = this.position;
    return new ByteCursor(this.take(length), base);
  }

  finish(what: string): void {
    if (!this.isAtEnd) throw this.invalid(`${what} is longer than its contents`);
  }

  invalid(why: string, cause?: unknown): SignalboxError {
    return new SignalboxError(
      'ARTIFACT_INVALID',
      `The component cannot be read: ${why} (offset ${this.position})`,
      {
        hint: 'Build it again with current tools; a copy that was cut off looks like this too',
        ...(cause !== undefined && { cause }),
      },
    );
  }
}
