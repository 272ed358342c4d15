/** What the rewriter needs to know of one block, loop, if or try before it gets there. */
export interface BlockPlan {
  /** At its label (the head of a loop, the end of anything else) the fuel is in the local, not in the global. */
  isCached: boolean;
  hasElse: boolean;
  /** A loop is written so often in a row, and charges for all of it at once. */
  copies: number;
}

export interface BodyPlan {
  /** What a caller pays for the head; at most `slack`, 0 if the function charges there itself. */
  readonly headCost: number;
  /** Fuel by the offset of the instruction before which it is charged. */
  readonly charges: ReadonlyMap<number, number>;
  /** In the order in which they open; the function itself is the first. */
  readonly blocks: readonly BlockPlan[];
  readonly isTransparent: boolean;
}

/** One open block, while the body is planned. */
export interface Frame {
  readonly flow: 'function' | 'block' | 'loop' | 'if' | 'try' | 'try-table';
  readonly plan: BlockPlan;
  /** The innermost loop around it, itself not counted. */
  readonly loop: LoopFrame | undefined;
  readonly isReachable: boolean;
  readonly costBefore: number;
  readonly callFreeBefore: number;
  /** The outermost level a path leaves for. */
  outermostTarget: number;
  /** The outermost loop depth for which a path to the end makes no call. */
  callFreeAtEnd: number;
  /** The loops whose bodies branch to the end. */
  readonly comesFrom: Set<LoopFrame>;
  readonly catchLevels: readonly number[];
  /** Where the instructions in it start. */
  readonly start: number;
  /** Nothing in it but straight code so far, and possibly its own conditional branch as the last. */
  isStraight: boolean;
  endsWithBranch: boolean;
}

export interface LoopFrame {
  readonly plan: BlockPlan;
  readonly depth: number;
}
