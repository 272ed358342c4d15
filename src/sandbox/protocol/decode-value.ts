import { NameCache } from './name-cache.ts';
import { callBudget, tags, typedArrays, type ValueBudget, ValueError } from './value-format.ts';

/** Decodes exactly one value that fills the bytes. Nothing in it shares their memory. @throws ValueError */
export function decodeValue(bytes: Uint8Array, budget: ValueBudget = callBudget): unknown {
  reader.start(bytes, budget.maxElements);
  const value = reader.value(budget.maxDepth);
  if (reader.offset !== bytes.length) throw new ValueError('bytes follow the value');
  return value;
}

class Reader {
  offset = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #elements = 0;

  start(bytes: Uint8Array, maxElements: number): void {
    this.offset = 0;
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#elements = maxElements;
  }

  value(depth: number): unknown {
    const tag = this.#bytes[this.#advance(1)];
    switch (tag) {
      case tags.undefined:
        return undefined;
      case tags.null:
        return null;
      case tags.false:
        return false;
      case tags.true:
        return true;
      case tags.int32:
        return this.#bytes.readInt32LE(this.#advance(4));
      case tags.float64:
        return this.#bytes.readDoubleLE(this.#advance(8));
      case tags.u64:
        return this.#bytes.readBigUInt64LE(this.#advance(8));
      case tags.s64:
        return this.#bytes.readBigInt64LE(this.#advance(8));
      case tags.string:
      case tags.shortString:
        return this.#text(tag);
      case tags.bytes:
        return this.#copy(this.#count());
      case tags.typedArray:
        return this.#typedArray();
      case tags.array:
        return this.#array(depth);
      case tags.record:
        return this.#record(depth);
      default:
        throw new ValueError(`value tag ${tag} is not known`);
    }
  }

  #advance(bytes: number): number {
    const start = this.offset;
    if (bytes > this.#bytes.length - start) throw new ValueError('a value ends early');
    this.offset = start + bytes;
    return start;
  }

  #count(): number {
    return this.#bytes.readUInt32LE(this.#advance(4));
  }

  #text(tag: number): string {
    const length = tag === tags.shortString ? (this.#bytes[this.#advance(1)] ?? 0) : this.#count();
    const start = this.#advance(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  #name(): string {
    if (this.#bytes[this.#advance(1)] !== tags.shortString) throw new ValueError('a field has no name');
    const length = this.#bytes[this.#advance(1)] ?? 0;
    const start = this.#advance(length);
    return names.at(this.#bytes, start, length);
  }

  /** A plain Uint8Array: a Buffer would share its pool with others, and looks different to whoever prints it. */
  #copy(length: number): Uint8Array {
    const start = this.#advance(length);
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  #typedArray(): unknown {
    const length = this.#count();
    const type = typedArrays[this.#bytes[this.#advance(1)] ?? -1];
    if (type === undefined || length % type.BYTES_PER_ELEMENT !== 0)
      throw new ValueError('a typed array is malformed');
    return viewOver(type, this.#copy(length).buffer);
  }

  #enter(depth: number): number {
    const count = this.#count();
    this.#elements -= count;
    if (this.#elements < 0) throw new ValueError('the value has too many elements');
    if (depth === 0) throw new ValueError('the value is nested too deep');
    return count;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    for (let left = this.#enter(depth); left > 0; left -= 1) items.push(this.value(depth - 1));
    return items;
  }

  #record(depth: number): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    for (let left = this.#enter(depth); left > 0; left -= 1) {
      const key = this.#name();
      if (key === '__proto__') throw new ValueError('a field is called "__proto__"');
      record[key] = this.value(depth - 1);
    }
    return record;
  }
}

function viewOver(type: new (buffer: ArrayBufferLike) => unknown, buffer: ArrayBufferLike): unknown {
  return new type(buffer);
}

const names = new NameCache();
/** Decoding is not re-entrant and never waits: one reader does. */
const reader = new Reader();
