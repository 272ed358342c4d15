import type { ByteReader } from './byte-reader.ts';
import { caps } from './caps.ts';
import { type Immediate, type Opcode, opcodes, prefixedOpcodes } from './opcodes.ts';
import { hex, refuseModule, refuseSize } from './refusal.ts';

/** Steps through the instructions of a body or a constant expression. The fields describe the one last read. */
export class InstructionReader {
  readonly reader: ByteReader;
  /** The byte that names it, or its prefix. */
  code = 0;
  start = 0;
  first = 0;
  second = 0;
  /** It is a block with parameters or results. */
  hasBlockType = false;
  /** Labels it may go to, the default of a `br_table` and the clauses of a `try_table` included. */
  readonly labels: number[] = [];
  #indices = 0;

  constructor(reader: ByteReader) {
    this.reader = reader;
  }

  get end(): number {
    return this.reader.offset;
  }

  next(): Opcode {
    const { reader } = this;
    this.start = reader.offset;
    this.code = reader.u8();
    const prefixed = prefixedOpcodes.get(this.code);
    const suffix = prefixed === undefined ? 0 : reader.u32();
    const opcode = prefixed === undefined ? opcodes[this.code] : prefixed[suffix];
    if (opcode === undefined) {
      const name = prefixed === undefined ? hex(this.code) : `${hex(this.code)} ${hex(suffix)}`;
      return refuseModule(`unknown instruction ${name}`, this.start);
    }
    this.#indices = 0;
    this.labels.length = 0;
    for (const immediate of opcode.immediates) this.#read(immediate);
    return opcode;
  }

  #read(immediate: Immediate): void {
    const { reader } = this;
    if (typeof immediate !== 'string') {
      reader.skip(immediate.bytes);
      return;
    }
    switch (immediate) {
      case 'index':
        this.#readIndex();
        break;
      case 'label':
        this.labels.push(reader.u32());
        return;
      case 'label-table':
        this.#readLabelTable();
        break;
      case 'catches':
        this.#readCatches();
        break;
      case 'block-type':
        this.hasBlockType = reader.peek() !== 0x40;
        skipValueType(reader);
        break;
      case 'heap-type':
        skipValueType(reader);
        break;
      case 'value-types':
        for (let rest = reader.u32(); rest > 0; rest--) skipValueType(reader);
        return;
      case 'memory-argument':
        this.#readMemoryArgument();
        break;
      case 's32':
        reader.skipLeb(5);
        break;
      case 's64':
        reader.skipLeb(10);
        break;
    }
  }

  #readIndex(): void {
    const index = this.reader.u32();
    if (this.#indices++ === 0) this.first = index;
    else this.second = index;
  }

  #readLabelTable(): void {
    const count = this.reader.u32();
    if (count > caps.branchTargets)
      refuseSize('the number of targets of a "br_table"', count, caps.branchTargets);
    for (let rest = count + 1; rest > 0; rest--) this.labels.push(this.reader.u32());
  }

  #readCatches(): void {
    for (let rest = this.reader.u32(); rest > 0; rest--) {
      const at = this.reader.offset;
      const kind = this.reader.u8();
      if (kind > 3) refuseModule(`unknown catch clause ${hex(kind)}`, at);
      if (kind < 2) this.reader.u32();
      this.labels.push(this.reader.u32());
    }
  }

  #readMemoryArgument(): void {
    const { reader } = this;
    const at = reader.offset;
    const flags = reader.u32();
    if (flags >= 0x80) refuseModule(`unknown memory access flags ${hex(flags)}`, at);
    if ((flags & 0x40) !== 0) reader.u32();
    reader.skipLeb(10);
  }
}

/** Steps over a value type, a heap type, or a block type: one negative byte, a type index, or a reference to a heap type. */
export function skipValueType(reader: ByteReader): void {
  const byte = reader.peek();
  if (byte === 0x63 || byte === 0x64) reader.skip(1);
  reader.skipLeb(5);
}
