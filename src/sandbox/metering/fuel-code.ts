import type { BudgetIndices } from './budgets.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Bulk } from './opcodes.ts';

const op = {
  if: 0x04,
  end: 0x0b,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i64Const: 0x42,
  i64LtS: 0x53,
  i64LeU: 0x58,
  i64Sub: 0x7d,
  i64Shl: 0x86,
  i64ShrU: 0x88,
  i64ExtendI32U: 0xad,
} as const;

const emptyBlock = 0x40;

/** No bulk instruction on a valid range is longer: memories end at 4 GiB, tables earlier. */
const longestRange = 2 ** 32;

/** Fuel for a unit of length, as a shift. A byte costs an eighth: one 64-bit store. A table element goes through V8's dispatch table. */
const shifts = {
  bytes: -3,
  elements: 0,
  'table-elements': 2,
  'grown-pages': 10,
  'grown-table-elements': 2,
} as const satisfies Record<Bulk['unit'], number>;

export interface FuelPlaces {
  readonly budget: BudgetIndices;
  /** Index of the i64 local that may hold the fuel; asking for it adds it to the body. */
  readonly local: () => number;
}

/** Where the fuel is valid: in the global, in the local, or (after it moved) in both. */
export interface FuelState {
  inGlobal: boolean;
  inLocal: boolean;
}

/** The length of a bulk instruction, set aside in a local of its own. */
export interface BulkLength {
  readonly unit: Bulk['unit'];
  readonly local: number;
  readonly is64: boolean;
  /** A table that grows by more fails at once, whatever the number. */
  readonly mostElements: number;
}

/** Writes the instructions that move and take fuel. */
export class FuelCode {
  readonly #to: ByteWriter;
  readonly #places: FuelPlaces;
  readonly state: FuelState = { inGlobal: true, inLocal: false };
  /** Where in the code the branches stand that are taken when the fuel is spent. */
  readonly unlikely: number[] = [];

  constructor(to: ByteWriter, places: FuelPlaces) {
    this.#to = to;
    this.#places = places;
  }

  /** At a label: the fuel is where all who come here left it. */
  assume(isCached: boolean): void {
    this.state.inGlobal = !isCached;
    this.state.inLocal = isCached;
  }

  requireLocal(): void {
    if (this.state.inLocal) return;
    this.#globalGet();
    this.#local(op.localSet, this.#places.local());
    this.state.inLocal = true;
  }

  requireGlobal(): void {
    if (this.state.inGlobal) return;
    this.#storeLocal();
    this.state.inGlobal = true;
  }

  /** Takes fuel; below zero it asks for more or traps, the global then negative. @param isCached Leave what remains in the local. */
  charge(amount: number | BulkLength, isCached: boolean): void {
    if (isCached) this.requireLocal();
    const staysInLocal = isCached || !this.state.inGlobal;
    if (this.state.inLocal) this.#local(op.localGet, this.#places.local());
    else this.#globalGet();
    if (typeof amount === 'number') this.#const(amount);
    else this.#lengthCost(amount);
    this.#to.u8(op.i64Sub);
    this.#local(op.localTee, this.#places.local());
    this.#const(0);
    this.#to.u8(op.i64LtS);
    this.unlikely.push(this.#to.length);
    this.#to.raw(op.if, emptyBlock);
    this.#local(op.localGet, this.#places.local());
    this.#to.u8(op.call);
    this.#to.u32(this.#places.budget.spent);
    this.#local(op.localSet, this.#places.local());
    this.#to.u8(op.end);
    if (!staysInLocal) this.#storeLocal();
    this.state.inLocal = true;
    this.state.inGlobal = !staysInLocal;
  }

  /** Takes the length from the stack and charges for it. */
  chargeBulk(length: BulkLength, isCached: boolean): void {
    this.#local(op.localSet, length.local);
    this.charge(length, isCached);
  }

  /** Puts the length back on the stack. */
  restoreLength(length: BulkLength): void {
    this.#local(op.localGet, length.local);
  }

  /** Growth that fails costs nothing; a longer range than there can be traps anyway. */
  #lengthCost(length: BulkLength): void {
    const isGrowth = length.unit === 'grown-pages' || length.unit === 'grown-table-elements';
    this.#length(length);
    if (isGrowth || length.is64) {
      this.#const(isGrowth ? 0 : longestRange);
      this.#length(length);
      this.#most(length);
      this.#to.raw(op.i64LeU, op.select);
    }
    const shift = shifts[length.unit];
    if (shift === 0) return;
    this.#const(Math.abs(shift));
    this.#to.u8(shift > 0 ? op.i64Shl : op.i64ShrU);
  }

  #most({ unit, mostElements }: BulkLength): void {
    if (unit === 'grown-pages') {
      this.#to.u8(op.globalGet);
      this.#to.u32(this.#places.budget.pages);
    } else this.#const(unit === 'grown-table-elements' ? mostElements : longestRange);
  }

  #length(length: BulkLength): void {
    this.#local(op.localGet, length.local);
    if (!length.is64) this.#to.u8(op.i64ExtendI32U);
  }

  #storeLocal(): void {
    this.#local(op.localGet, this.#places.local());
    this.#to.u8(op.globalSet);
    this.#to.u32(this.#places.budget.fuel);
  }

  #globalGet(): void {
    this.#to.u8(op.globalGet);
    this.#to.u32(this.#places.budget.fuel);
  }

  #local(code: number, index: number): void {
    this.#to.u8(code);
    this.#to.u32(index);
  }

  #const(value: number): void {
    this.#to.u8(op.i64Const);
    this.#to.signed(value);
  }
}
