import { callBudget, tags, typedArrays, type ValueBudget, ValueError } from './value-format.ts';

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
  if (value.length <= maxPlainLength && writePlain(value)) return;
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

/** Characters of a text that is written here: a call into the engine costs as much as copying about so many. */
const maxPlainLength = 24;

/** False for a text that is not ASCII. */
function writePlain(value: string): boolean {
  const { length } = value;
  reserve(length + 2);
  for (let index = 0; index < length; index += 1) {
    const code = value.charCodeAt(index);
    if (code > 0x7f) return false;
    scratch[at + 2 + index] = code;
  }
  scratch[at] = tags.shortString;
  scratch[at + 1] = length;
  at += 2 + length;
  return true;
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
    const names = Object.keys(value);
    writeCount(tags.record, names.length);
    for (const name of names) {
      reserve(16);
      writeString(name);
      write((value as Readonly<Record<string, unknown>>)[name], depth);
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
