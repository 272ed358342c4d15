/**
 * What every metered module imports, all modules of an instance the same: mutable `i64` globals of the host, in this order behind the
 * module's own imports. A module that imports from here itself is refused.
 *
 * `fuel`: what is left; negative once it is spent. `pages`: by how many pages of 64 KiB the memories may yet grow, all
 * together. `refused-pages`: the last growth that did not fit in there.
 */
export const budgets = { module: '__signalbox', names: ['fuel', 'pages', 'refused-pages'] } as const;

/** Indices of the imported globals in one module. */
export interface BudgetGlobals {
  readonly fuel: number;
  readonly pages: number;
  readonly refusedPages: number;
}

/** @param importedGlobals of the module itself; its own globals stand behind the budgets */
export function budgetGlobals(importedGlobals: number): BudgetGlobals {
  return { fuel: importedGlobals, pages: importedGlobals + 1, refusedPages: importedGlobals + 2 };
}

/** Where a global of the module stands once the budgets are there. */
export function shiftedGlobal(index: number, { fuel }: BudgetGlobals): number {
  return index < fuel ? index : index + budgets.names.length;
}
