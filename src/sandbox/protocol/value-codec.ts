/**
 * Bytes for the values that cross between broker and cell: what jco lifts and lowers, and nothing else.
 *
 * Why not a library: one side of this border is hostile. Decoders of JSON or MessagePack allocate what a header announces;
 * here every announcement is charged to a budget first. And `undefined`, bigint and typed arrays arrive as they left.
 */

/** What one decoding may build. A list whose items alias one buffer in the guest grows a thousandfold when lifted. */
export interface ValueBudget {
  /** Items of arrays and fields of records, all together. */
  readonly maxElements: number;
  readonly maxDepth: number;
}

/** Budget for what guests and hosts say to each other; bytes are bounded by the message. */
export const callBudget: ValueBudget = { maxElements: 100_000, maxDepth: 32 };

/** The value cannot be carried: of a kind WIT does not know, or over the budget. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

const tags = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  int32: 4,
  float64: 5,
  u64: 6,
  s64: 7,
  string: 8,
  shortString: 9,
  bytes: 10,
  array: 11,
  record: 12,
  typedArray: 13,
} as const;

/** What `list` of a number type lifts to; a plain array would be as right and a hundred times as large. */
const typedArrays = [
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
] as const;

const maxU64 = 2n ** 64n - 1n;
const minS64 = -(2n ** 63n);

const minScratchBytes = 64 * 1024;
const maxScratchBytes = 4 * 1024 * 1024;

/** Grows as needed and is used again for the next value: one writer a thread. */
let scratch = Buffer.allocUnsafe(minScratchBytes);
let at = 0;
let elementsLeft = 0;

/**
 * Encodes a value. The bytes are good until the next value is encoded: copy them or send them at once.
 *
 * @throws ValueError for functions, symbols, class instances, and beyond the budget
 */
export function encodeValue(value: unknown, budget: ValueBudget = callBudget): Buffer {
  // One huge value must not pin its size for the life of the process.
  if (scratch.length > maxScratchBytes) scratch = Buffer.allocUnsafe(minScratchBytes);
  at = 0;
  elementsLeft = budget.maxElements;
  write(value, budget.maxDepth);
  return scratch.subarray(0, at);
}

/** Decodes exactly one value that fills the bytes. Nothing in it shares their memory. @throws ValueError */
export function decodeValue(bytes: Uint8Array, budget: ValueBudget = callBudget): unknown {
  const reader = new Reader(bytes, budget.maxElements);
  const value = reader.value(budget.maxDepth);
  if (reader.offset !== bytes.length) throw new ValueError('bytes follow the value');
  return value;
}

function reserve(bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

function write(value: unknown, depth: number): void {
  reserve(16);
  switch (typeof value) {
    case 'undefined':
      scratch[at++] = tags.undefined;
      return;
    case 'boolean':
      scratch[at++] = value ? tags.true : tags.false;
      return;
    case 'number':
      writeNumber(value);
      return;
    case 'bigint':
      writeBigint(value);
      return;
    case 'string':
      writeString(value);
      return;
    case 'object':
      if (depth === 0) throw new ValueError('the value is nested too deep');
      writeObject(value, depth - 1);
      return;
    default:
      throw new ValueError(`a ${typeof value} cannot be passed`);
  }
}

function writeNumber(value: number): void {
  if ((value | 0) === value && !Object.is(value, -0)) {
    scratch[at] = tags.int32;
    at = scratch.writeInt32LE(value, at + 1);
  } else {
    scratch[at] = tags.float64;
    at = scratch.writeDoubleLE(value, at + 1);
  }
}

function writeBigint(value: bigint): void {
  if (value > maxU64 || value < minS64) throw new ValueError('a bigint has more than 64 bits');
  scratch[at] = value < 0n ? tags.s64 : tags.u64;
  at = value < 0n ? scratch.writeBigInt64LE(value, at + 1) : scratch.writeBigUInt64LE(value, at + 1);
}

function writeString(value: string): void {
  const bytes = Buffer.byteLength(value);
  reserve(bytes + 5);
  if (bytes < 256) {
    scratch[at] = tags.shortString;
    scratch[at + 1] = bytes;
    at += 2;
  } else {
    writeHead(tags.string, bytes);
  }
  at += scratch.write(value, at);
}

function writeCount(tag: number, count: number): void {
  elementsLeft -= count;
  if (elementsLeft < 0) throw new ValueError('the value has too many elements');
  writeHead(tag, count);
}

function writeHead(tag: number, count: number): void {
  scratch[at] = tag;
  at = scratch.writeUInt32LE(count, at + 1);
}

function writeObject(value: object | null, depth: number): void {
  if (value === null) {
    scratch[at++] = tags.null;
  } else if (Array.isArray(value)) {
    writeCount(tags.array, value.length);
    for (const item of value) write(item, depth);
  } else if (ArrayBuffer.isView(value)) {
    writeView(value);
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new ValueError('an object of a class cannot be passed, resources neither');
    }
    const fields = Object.entries(value);
    writeCount(tags.record, fields.length);
    for (const [key, field] of fields) {
      reserve(16);
      writeString(key);
      write(field, depth);
    }
  }
}

function writeView(view: ArrayBufferView): void {
  reserve(view.byteLength + 6);
  if (view instanceof Uint8Array) {
    writeHead(tags.bytes, view.length);
  } else {
    const kind = typedArrays.findIndex((type) => view instanceof type);
    if (kind === -1) throw new ValueError('a typed array of this kind cannot be passed');
    writeHead(tags.typedArray, view.byteLength);
    scratch[at++] = kind;
  }
  scratch.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), at);
  at += view.byteLength;
}

class Reader {
  offset = 0;
  readonly #bytes: Buffer;
  #elements: number;

  constructor(bytes: Uint8Array, maxElements: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
      const tag = this.#bytes[this.#advance(1)];
      if (tag !== tags.shortString) throw new ValueError('a field has no name');
      const key = this.#text(tag);
      if (key === '__proto__') throw new ValueError('a field is called "__proto__"');
      record[key] = this.value(depth - 1);
    }
    return record;
  }
}

function viewOver(type: new (buffer: ArrayBufferLike) => unknown, buffer: ArrayBufferLike): unknown {
  return new type(buffer);
}
