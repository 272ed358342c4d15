/**
 * Every instruction of WebAssembly 3.0 that may stand in a plugin, and the legacy exceptions V8 still runs: where its immediates are,
 * how control leaves it, what it costs. Missing on purpose, hence refused: threads (0xfe), stack switching, what is not yet standard.
 * @see https://webassembly.github.io/spec/core/binary/instructions.html
 */

export type Immediate =
  /** Two of them are kept: `first` and `second` of the instruction. */
  | 'index'
  | 'label'
  | 'label-table'
  | 'catches'
  | 'block-type'
  | 'heap-type'
  | 'value-types'
  | 'memory-argument'
  | 's32'
  | 's64'
  | { readonly bytes: number };

export type Flow =
  | 'next'
  | 'block'
  | 'loop'
  | 'if'
  | 'else'
  | 'end'
  | 'try'
  | 'try-table'
  | 'catch'
  | 'delegate'
  /** Goes to its label, always. */
  | 'branch'
  /** Goes to one of its labels, or on. */
  | 'branch-if'
  | 'return'
  | 'throw'
  | 'trap'
  | 'call'
  | 'tail-call'
  /** The callee is known at run time only. */
  | 'call-unknown'
  | 'tail-call-unknown'
  | 'local'
  | 'global';

/** What follows is not reached from here. */
export const leavesForGood: ReadonlySet<Flow> = new Set([
  'trap',
  'branch',
  'return',
  'throw',
  'tail-call',
  'tail-call-unknown',
]);

/** What the operand on top of the stack counts, for an instruction whose work grows with it. */
export interface Bulk {
  readonly unit: 'bytes' | 'elements' | 'table-elements' | 'grown-pages' | 'grown-table-elements';
  /** Whose index type the operand has: that of one index, of both (64 bits only if both have), or always 32 bits. */
  readonly operand: 'memory-first' | 'memory-both' | 'table-first' | 'table-both' | 'i32';
}

export interface Opcode {
  readonly immediates: readonly Immediate[];
  readonly flow: Flow;
  /** Fuel, the part that grows with a length not included. */
  readonly cost: number;
  readonly bulk?: Bulk;
}

/** Costs that are not 1, in units of a simple instruction, from timings in V8 on x64. */
const costs = { structure: 0, call: 2, throw: 128, grow: 256, bulk: 16, allocation: 8, cast: 2 };

interface Row {
  /** `[code]`, or `[first, last]` of a run. */
  readonly codes: readonly [number] | readonly [number, number];
  readonly immediates?: readonly Immediate[];
  readonly flow?: Flow;
  readonly cost?: number;
  readonly bulk?: Bulk;
}

const lane = { bytes: 1 } as const;
const memory = ['memory-argument'] as const;

const plain: readonly Row[] = [
  { codes: [0x00], flow: 'trap' }, // unreachable
  { codes: [0x01], cost: costs.structure }, // nop
  { codes: [0x02], immediates: ['block-type'], flow: 'block', cost: costs.structure },
  { codes: [0x03], immediates: ['block-type'], flow: 'loop', cost: costs.structure },
  { codes: [0x04], immediates: ['block-type'], flow: 'if' },
  { codes: [0x05], flow: 'else', cost: costs.structure },
  { codes: [0x06], immediates: ['block-type'], flow: 'try', cost: costs.structure },
  { codes: [0x07], immediates: ['index'], flow: 'catch', cost: costs.structure },
  { codes: [0x08], immediates: ['index'], flow: 'throw', cost: costs.throw },
  { codes: [0x09], immediates: ['label'], flow: 'throw', cost: costs.throw }, // rethrow
  { codes: [0x0a], flow: 'throw', cost: costs.throw }, // throw_ref
  { codes: [0x0b], flow: 'end', cost: costs.structure },
  { codes: [0x0c], immediates: ['label'], flow: 'branch' },
  { codes: [0x0d], immediates: ['label'], flow: 'branch-if' },
  { codes: [0x0e], immediates: ['label-table'], flow: 'branch', cost: 2 },
  { codes: [0x0f], flow: 'return' },
  { codes: [0x10], immediates: ['index'], flow: 'call', cost: costs.call },
  { codes: [0x11], immediates: ['index', 'index'], flow: 'call-unknown', cost: costs.call }, // call_indirect
  { codes: [0x12], immediates: ['index'], flow: 'tail-call', cost: costs.call },
  { codes: [0x13], immediates: ['index', 'index'], flow: 'tail-call-unknown', cost: costs.call },
  { codes: [0x14], immediates: ['index'], flow: 'call-unknown', cost: costs.call }, // call_ref
  { codes: [0x15], immediates: ['index'], flow: 'tail-call-unknown', cost: costs.call },
  { codes: [0x18], immediates: ['label'], flow: 'delegate', cost: costs.structure },
  { codes: [0x19], flow: 'catch', cost: costs.structure }, // catch_all
  { codes: [0x1a], cost: costs.structure }, // drop
  { codes: [0x1b] }, // select
  { codes: [0x1c], immediates: ['value-types'] },
  { codes: [0x1f], immediates: ['block-type', 'catches'], flow: 'try-table', cost: costs.structure },
  { codes: [0x20, 0x22], immediates: ['index'], flow: 'local' },
  { codes: [0x23, 0x24], immediates: ['index'], flow: 'global' },
  { codes: [0x25, 0x26], immediates: ['index'] }, // table.get, table.set
  { codes: [0x28, 0x3e], immediates: memory },
  { codes: [0x3f], immediates: ['index'] }, // memory.size
  {
    codes: [0x40],
    immediates: ['index'],
    cost: costs.grow,
    bulk: { unit: 'grown-pages', operand: 'memory-first' },
  },
  { codes: [0x41], immediates: ['s32'] },
  { codes: [0x42], immediates: ['s64'] },
  { codes: [0x43], immediates: [{ bytes: 4 }] },
  { codes: [0x44], immediates: [{ bytes: 8 }] },
  { codes: [0x45, 0xc4] }, // all scalar arithmetic
  { codes: [0xd0], immediates: ['heap-type'] }, // ref.null
  { codes: [0xd1] }, // ref.is_null
  { codes: [0xd2], immediates: ['index'] }, // ref.func
  { codes: [0xd3, 0xd4] }, // ref.eq, ref.as_non_null
  { codes: [0xd5, 0xd6], immediates: ['label'], flow: 'branch-if' }, // br_on_null, br_on_non_null
];

/** Behind 0xfb: garbage collection. */
const gc: readonly Row[] = [
  { codes: [0, 1], immediates: ['index'], cost: costs.allocation }, // struct.new
  { codes: [2, 5], immediates: ['index', 'index'] }, // struct.get, struct.set
  {
    codes: [6, 7],
    immediates: ['index'],
    cost: costs.allocation,
    bulk: { unit: 'elements', operand: 'i32' },
  }, // array.new
  { codes: [8], immediates: ['index', 'index'], cost: costs.allocation }, // array.new_fixed
  {
    codes: [9, 10], // array.new_data, array.new_elem
    immediates: ['index', 'index'],
    cost: costs.allocation,
    bulk: { unit: 'elements', operand: 'i32' },
  },
  { codes: [11, 14], immediates: ['index'] }, // array.get, array.set
  { codes: [15] }, // array.len
  { codes: [16], immediates: ['index'], cost: costs.bulk, bulk: { unit: 'elements', operand: 'i32' } }, // array.fill
  {
    codes: [17, 19], // array.copy, array.init_data, array.init_elem
    immediates: ['index', 'index'],
    cost: costs.bulk,
    bulk: { unit: 'elements', operand: 'i32' },
  },
  { codes: [20, 23], immediates: ['heap-type'], cost: costs.cast }, // ref.test, ref.cast
  {
    codes: [24, 25], // br_on_cast, br_on_cast_fail
    immediates: [{ bytes: 1 }, 'label', 'heap-type', 'heap-type'],
    flow: 'branch-if',
    cost: costs.cast,
  },
  { codes: [26, 30] }, // conversions between any and extern, i31
];

/** Behind 0xfc: saturating truncation, bulk memory and tables. */
const bulk: readonly Row[] = [
  { codes: [0, 7] },
  {
    codes: [8], // memory.init
    immediates: ['index', 'index'],
    cost: costs.bulk,
    bulk: { unit: 'bytes', operand: 'i32' },
  },
  { codes: [9], immediates: ['index'] }, // data.drop
  {
    codes: [10], // memory.copy
    immediates: ['index', 'index'],
    cost: costs.bulk,
    bulk: { unit: 'bytes', operand: 'memory-both' },
  },
  { codes: [11], immediates: ['index'], cost: costs.bulk, bulk: { unit: 'bytes', operand: 'memory-first' } },
  {
    codes: [12], // table.init
    immediates: ['index', 'index'],
    cost: costs.bulk,
    bulk: { unit: 'table-elements', operand: 'i32' },
  },
  { codes: [13], immediates: ['index'] }, // elem.drop
  {
    codes: [14], // table.copy
    immediates: ['index', 'index'],
    cost: costs.bulk,
    bulk: { unit: 'table-elements', operand: 'table-both' },
  },
  {
    codes: [15],
    immediates: ['index'],
    cost: costs.grow,
    bulk: { unit: 'grown-table-elements', operand: 'table-first' },
  },
  { codes: [16], immediates: ['index'] }, // table.size
  {
    codes: [17],
    immediates: ['index'],
    cost: costs.bulk,
    bulk: { unit: 'table-elements', operand: 'table-first' },
  },
];

/** Behind 0xfd: SIMD, and relaxed SIMD from 0x100. The gaps are the standard's. */
const simd: readonly Row[] = [
  { codes: [0x00, 0x0b], immediates: memory },
  { codes: [0x0c, 0x0d], immediates: [{ bytes: 16 }] }, // v128.const, i8x16.shuffle
  { codes: [0x0e, 0x14] },
  { codes: [0x15, 0x22], immediates: [lane] },
  { codes: [0x23, 0x53] },
  { codes: [0x54, 0x5b], immediates: [...memory, lane] },
  { codes: [0x5c, 0x5d], immediates: memory },
  { codes: [0x5e, 0x99] },
  { codes: [0x9b, 0xa1] },
  { codes: [0xa3, 0xa4] },
  { codes: [0xa7, 0xae] },
  { codes: [0xb1] },
  { codes: [0xb5, 0xba] },
  { codes: [0xbc, 0xc1] },
  { codes: [0xc3, 0xc4] },
  { codes: [0xc7, 0xce] },
  { codes: [0xd1] },
  { codes: [0xd5, 0xe1] },
  { codes: [0xe3, 0xed] },
  { codes: [0xef, 0xff] },
  { codes: [0x100, 0x113] },
];

export const opcodes = tableOf(plain);

/** By prefix byte. */
export const prefixedOpcodes: ReadonlyMap<number, readonly (Opcode | undefined)[]> = new Map([
  [0xfb, tableOf(gc)],
  [0xfc, tableOf(bulk)],
  [0xfd, tableOf(simd)],
]);

function tableOf(rows: readonly Row[]): readonly (Opcode | undefined)[] {
  const table: (Opcode | undefined)[] = [];
  for (const { codes, immediates = [], flow = 'next', cost = 1, bulk } of rows) {
    const opcode: Opcode = { immediates, flow, cost, ...(bulk && { bulk }) };
    const [first, last = first] = codes;
    for (let code = first; code <= last; code++) table[code] = opcode;
  }
  return table;
}
