import type { BudgetIndices } from './budgets.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Bulk } from './opcodes.ts';

/** Nothing interrupts one instruction: filling a memory of 64 MB takes 20 ms, a piece 0.1. */
export const pieceBytes = 256 * 1024;

const op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  memorySize: 0x3f,
  i32Const: 0x41,
  i64Const: 0x42,
  i32GtU: 0x4b,
  i64GtU: 0x56,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i64Add: 0x7c,
  i64Shl: 0x86,
  i64ExtendI32U: 0xad,
  bulk: 0xfc,
  copy: 0x0a,
  fill: 0x0b,
} as const;

const emptyBlock = 0x40;
const pageShift = 16;

/** A `memory.fill` of one memory, or a `memory.copy` between two: its instruction without the operands. */
type Instruction = readonly number[];

/** Parameters of the functions: where to, what or where from, how many. */
const [to, from, length] = [0, 1, 2];

/**
 * The functions that fill and copy long ranges piece by piece, with a look at the fuel after each, so that the guest can step aside. They give what
 * the instruction gives: a range that does not fit traps before a byte is written, one that overlaps is copied from the end that is safe.
 */
export class InPieces {
  readonly #budget: BudgetIndices;
  readonly #narrow: readonly number[];
  readonly #instructions: readonly Instruction[];

  /** @param memories by index, whether addresses have 64 bits: those are left to the instruction */
  constructor(memories: readonly boolean[], budget: BudgetIndices) {
    this.#budget = budget;
    this.#narrow = memories.flatMap((is64, index) => (is64 ? [] : [index]));
    this.#instructions = [
      ...this.#narrow.map((memory) => [op.bulk, op.fill, memory]),
      ...this.#narrow.flatMap((target) => this.#narrow.map((source) => [op.bulk, op.copy, target, source])),
    ];
  }

  get functions(): number {
    return this.#instructions.length;
  }

  /** The function for a bulk instruction with these operands; undefined where there is none. */
  functionFor({ unit, operand }: Bulk, first: number, second: number): number | undefined {
    const code = operand === 'memory-first' ? [op.fill, first] : [op.copy, first, second];
    const isOfMemory = unit === 'bytes' && (operand === 'memory-first' || operand === 'memory-both');
    if (!isOfMemory) return undefined;
    const at = this.#instructions.findIndex((each) => each.slice(1).join() === code.join());
    return at === -1 ? undefined : this.#budget.spent + 1 + at;
  }

  /** Writes the instruction as one that is done in pieces when it is long. The operands lie on the stack, the length in a local too. */
  writeCall(out: ByteWriter, called: number, lengthLocal: number, instruction: () => void): void {
    get(out, lengthLocal);
    constant(out, pieceBytes);
    out.raw(op.i32GtU, op.if);
    out.signed(this.#budget.piecesType);
    out.u8(op.call);
    out.u32(called);
    out.u8(op.else);
    instruction();
    out.u8(op.end);
  }

  writeBody(out: ByteWriter, index: number): void {
    const instruction = this.#instructions[index] ?? [];
    const [, , target = 0, source] = instruction;
    const noLocals = 0;
    out.raw(noLocals, op.block, emptyBlock);
    this.#leaveUnlessWithin(out, to, target);
    if (source !== undefined) this.#leaveUnlessWithin(out, from, source);
    if (source === target) this.#downwards(out, instruction);
    this.#upwards(out, instruction, source !== undefined);
    out.u8(op.end);
    for (const local of [to, from, length]) get(out, local);
    out.raw(...instruction, op.end);
  }

  /** The instruction as it is traps then. */
  #leaveUnlessWithin(out: ByteWriter, start: number, memory: number): void {
    get(out, start);
    out.u8(op.i64ExtendI32U);
    get(out, length);
    out.raw(op.i64ExtendI32U, op.i64Add, op.memorySize, memory);
    out.raw(op.i64ExtendI32U, op.i64Const, pageShift, op.i64Shl, op.i64GtU, op.branchIf, 0);
  }

  #upwards(out: ByteWriter, instruction: Instruction, copies: boolean): void {
    out.raw(op.loop, emptyBlock);
    get(out, to);
    get(out, from);
    constant(out, pieceBytes);
    out.raw(...instruction);
    this.#lookAtFuel(out);
    for (const local of copies ? [to, from] : [to]) {
      get(out, local);
      constant(out, pieceBytes);
      out.raw(op.i32Add, op.localSet, local);
    }
    get(out, length);
    constant(out, pieceBytes);
    out.raw(op.i32Sub, op.localTee, length);
    constant(out, pieceBytes);
    out.raw(op.i32GtU, op.branchIf, 0, op.end);
  }

  /** What lies behind its source is copied from its end. */
  #downwards(out: ByteWriter, instruction: Instruction): void {
    get(out, to);
    get(out, from);
    out.raw(op.i32GtU, op.if, emptyBlock, op.loop, emptyBlock);
    get(out, length);
    constant(out, pieceBytes);
    out.raw(op.i32Sub, op.localSet, length);
    for (const local of [to, from]) {
      get(out, local);
      get(out, length);
      out.u8(op.i32Add);
    }
    constant(out, pieceBytes);
    out.raw(...instruction);
    this.#lookAtFuel(out);
    get(out, length);
    constant(out, pieceBytes);
    out.raw(op.i32GtU, op.branchIf, 0, op.end, op.branch, 1, op.end);
  }

  #lookAtFuel(out: ByteWriter): void {
    out.u8(op.globalGet);
    out.u32(this.#budget.fuel);
    out.u8(op.call);
    out.u32(this.#budget.spent);
    out.u8(op.drop);
  }
}

function get(out: ByteWriter, local: number): void {
  out.u8(op.localGet);
  out.u32(local);
}

function constant(out: ByteWriter, value: number): void {
  out.u8(op.i32Const);
  out.signed(value);
}
