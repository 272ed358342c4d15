/**
 * The dearest region that is merged into its surroundings, and the dearest function head that callers pay. Larger: fewer charges, but a
 * path may pay for more that it did not run. 64 simple instructions cost about ten times what a charge costs.
 */
export const slack = 64;

/** What a direct call of a function of this module means to the caller. */
export interface Callee {
  /** The head of the callee, which the caller pays. At most `slack`. */
  readonly headCost: number;
  /** It may call back into the caller: only a charge makes that finite. */
  readonly isRecursive: boolean;
  /** Neither it nor what it calls touches the fuel. */
  readonly isTransparent: boolean;
}

/** A callee of which nothing is known: an import, or what a table or a reference holds. */
export const unknownCallee: Callee = { headCost: slack, isRecursive: true, isTransparent: false };
