import { refuseModule } from './refusal.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads one range of a module and never beyond it; offsets count from the start of the module. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.offset >= this.end;
  }

  peek(): number {
    return (this.offset < this.end ? this.bytes[this.offset] : undefined) ?? this.#truncated();
  }

  u8(): number {
    const byte = this.peek();
    this.offset++;
    return byte;
  }

  /** Unsigned LEB128 of at most 32 bits, as a number that is never negative. */
  u32(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    return refuseModule('a number does not fit 32 bits', start);
  }

  /** Unsigned LEB128 of at most 64 bits. */
  u64(): bigint {
    const start = this.offset;
    let value = 0n;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.u8();
      if (shift === 63 && byte > 1) break;
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return value;
    }
    return refuseModule('a number does not fit 64 bits', start);
  }

  /** Steps over a LEB128 number of at most `maxBytes` bytes. Its value is V8's to check. */
  skipLeb(maxBytes: number): void {
    const start = this.offset;
    for (let count = 0; count < maxBytes; count++) if (this.u8() < 0x80) return;
    refuseModule(`a number is longer than ${maxBytes} bytes`, start);
  }

  skip(length: number): void {
    if (length > this.end - this.offset) this.#truncated();
    this.offset += length;
  }

  name(): string {
    const start = this.offset;
    const length = this.u32();
    const from = this.offset;
    this.skip(length);
    try {
      return utf8.decode(this.bytes.subarray(from, this.offset));
    } catch {
      return refuseModule('a name is not UTF-8', start);
    }
  }

  /** A reader of the next `length` bytes, over which this one steps. */
  slice(length: number): ByteReader {
    const from = this.offset;
    this.skip(length);
    return new ByteReader(this.bytes, from, this.offset);
  }

  #truncated(): never {
    return refuseModule('the bytes end too early', this.offset);
  }
}
