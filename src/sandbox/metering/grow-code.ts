import type { BudgetIndices } from './budgets.ts';
import type { ByteWriter } from './byte-writer.ts';

const op = {
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  localGet: 0x20,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Ne: 0x47,
  i64Ne: 0x52,
  i64GtU: 0x56,
  i64Sub: 0x7d,
  i64ExtendI32U: 0xad,
} as const;

const emptyBlock = 0x40;
const typeI32 = 0x7f;
const typeI64 = 0x7e;

/** A `memory.grow` whose number of pages lies in a local. */
export interface Growth {
  readonly pages: number;
  /** Local for what the instruction answers, of the same type. */
  readonly answer: number;
  readonly is64: boolean;
}

/**
 * Writes a `memory.grow` that answers -1 when the instance's budget of pages does not allow it, and takes from the budget what
 * it got. Memories have no maximum in common, and the budget differs from instance to instance.
 *
 * @param grow writes the instruction itself
 */
export function writeGrowth(to: ByteWriter, budget: BudgetIndices, growth: Growth, grow: () => void): void {
  const index = (code: number, value: number): void => {
    to.u8(code);
    to.u32(value);
  };
  const pages = (): void => {
    index(op.localGet, growth.pages);
    if (!growth.is64) to.u8(op.i64ExtendI32U);
  };
  const minusOne = (): void => to.raw(growth.is64 ? op.i64Const : op.i32Const, 0x7f);

  pages();
  index(op.globalGet, budget.pages);
  to.raw(op.i64GtU, op.if, growth.is64 ? typeI64 : typeI32);
  pages();
  index(op.globalSet, budget.refusedPages);
  minusOne();
  to.u8(op.else);
  index(op.localGet, growth.pages);
  grow();
  index(op.localTee, growth.answer);
  minusOne();
  to.raw(growth.is64 ? op.i64Ne : op.i32Ne, op.if, emptyBlock);
  index(op.globalGet, budget.pages);
  pages();
  to.u8(op.i64Sub);
  index(op.globalSet, budget.pages);
  to.u8(op.end);
  index(op.localGet, growth.answer);
  to.u8(op.end);
}
