import type { ByteWriter } from './byte-writer.ts';

/**
 * What every metered module imports, all modules of an instance the same, as globals behind the module's own imported ones. A module
 * that imports from here itself is refused.
 *
 * `fuel`, a mutable `i64`: what is left; negative once it is spent. `pages`: by how many pages of 64 KiB the memories may yet
 * grow, all together. `refused-pages`: the last growth that did not fit in there. `yield`: null, or a function that is
 * called when the fuel is spent, may suspend the guest, and gives more fuel if it is to go on.
 */
export const budgets = {
  module: '__signalbox',
  counters: ['fuel', 'pages', 'refused-pages'],
  yield: 'yield',
} as const;

/** Indices in one module of what metering adds to it. */
export interface BudgetIndices {
  readonly fuel: number;
  readonly pages: number;
  readonly refusedPages: number;
  readonly yield: number;
  /** The type of `yield`: takes nothing, gives nothing. */
  readonly yieldType: number;
  /** The type of `spent`: takes what is left, below zero, and gives what is left then. */
  readonly spentType: number;
  /** The type of functions that fill or copy: where to, what or where from, how many. */
  readonly piecesType: number;
  /** The function that asks for more fuel, and traps when there is none. */
  readonly spent: number;
}

interface Counts {
  readonly types: number;
  readonly importedGlobals: number;
  readonly functions: number;
}

export function budgetIndices({ types, importedGlobals, functions }: Counts): BudgetIndices {
  return {
    fuel: importedGlobals,
    pages: importedGlobals + 1,
    refusedPages: importedGlobals + 2,
    yield: importedGlobals + 3,
    yieldType: types,
    spentType: types + 1,
    piecesType: types + 2,
    spent: functions,
  };
}

/** Where a global of the module stands once the budgets are there. */
export function shiftedGlobal(index: number, budget: BudgetIndices): number {
  return index < budget.fuel ? index : index + 1 + budget.yield - budget.fuel;
}

export const budgetImports = budgets.counters.length + 1;
const kindGlobal = 3;
const typeI32 = 0x7f;
const typeI64 = 0x7e;
const nullableReference = 0x63;
const mutable = 1;
const constant = 0;

export function writeBudgetImports(out: ByteWriter, budget: BudgetIndices): void {
  for (const name of budgets.counters) {
    out.name(budgets.module);
    out.name(name);
    out.raw(kindGlobal, typeI64, mutable);
  }
  out.name(budgets.module);
  out.name(budgets.yield);
  out.raw(kindGlobal, nullableReference);
  out.signed(budget.yieldType);
  out.u8(constant);
}

export const budgetTypes = 3;

export function writeBudgetTypes(out: ByteWriter): void {
  const functionType = 0x60;
  out.raw(functionType, 0, 0);
  out.raw(functionType, 1, typeI64, 1, typeI64);
  out.raw(functionType, 3, typeI32, typeI32, typeI32, 0);
}

const op = {
  unreachable: 0x00,
  if: 0x04,
  end: 0x0b,
  callRef: 0x14,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i64LtS: 0x53,
  refIsNull: 0xd1,
} as const;
const emptyBlock = 0x40;

/** The body of `spent`. It traps, and does not throw: a guest could catch what is thrown. */
export function writeSpentBody(out: ByteWriter, budget: BudgetIndices): void {
  const noLocals = 0;
  out.u8(noLocals);
  out.raw(op.localGet, 0, op.globalSet);
  out.u32(budget.fuel);
  out.u8(op.globalGet);
  out.u32(budget.yield);
  out.raw(op.refIsNull, op.i32Eqz, op.if, emptyBlock);
  out.u8(op.globalGet);
  out.u32(budget.yield);
  out.u8(op.callRef);
  out.u32(budget.yieldType);
  out.u8(op.end);
  out.u8(op.globalGet);
  out.u32(budget.fuel);
  out.raw(op.i64Const, 0, op.i64LtS, op.if, emptyBlock, op.unreachable, op.end);
  out.u8(op.globalGet);
  out.u32(budget.fuel);
  out.u8(op.end);
}
