import { caps } from './caps.ts';
import { refuseSize } from './refusal.ts';

/**
 * A region is code that is entered at one place only: a function's body, a loop's body, an arm, or what follows a conditional branch up to
 * the end of its block. Its cost is the longest path through it. A cheap region is merged into the one around it, which pays
 * for it whether it runs or not; a dear one gets a charge of its own at its head, so that nobody pays for it in vain.
 */
interface Region {
  readonly parent: Region | undefined;
  /** The nesting level it ends with. */
  readonly level: number;
  /** Where its charge would stand. */
  readonly start: number;
  readonly isLoop: boolean;
  /** Cost of the longest path from the head to here. */
  cost: number;
  /** Cost of the longest path to anywhere in it. */
  peak: number;
  /** It calls what may call back into it, so it pays for itself: without, recursion would be free. */
  mustCharge: boolean;
  /** Longest paths that leave it, by the level of the label they go to. */
  readonly escapes: Map<number, number>;
}

/** Longest paths and charges of one function, built up while its instructions are walked in order. */
export class ChargeRegions {
  /** Fuel by the offset of the instruction before which it is charged. */
  readonly charges = new Map<number, number>();
  readonly #slack: number;
  #steps = 0;
  #current: Region;

  /** @param slack The dearest region that is merged. */
  constructor(slack: number, start: number) {
    this.#slack = slack;
    this.#current = newRegion(undefined, 0, start, false);
  }

  get cost(): number {
    return this.#current.cost;
  }

  set cost(cost: number) {
    this.#current.cost = cost;
    if (cost > this.#current.peak) this.#current.peak = cost;
  }

  /** Upper bound of the cost at any place of the region so far: what an exception may find on its way out. */
  get peak(): number {
    return this.#current.peak;
  }

  requireCharge(): void {
    this.#current.mustCharge = true;
  }

  open(level: number, start: number, isLoop = false): void {
    this.#current = newRegion(this.#current, level, start, isLoop);
  }

  /** A path goes from here to the end of the block at `level`. */
  escape(level: number, cost = this.#current.cost): void {
    note(this.#current.escapes, level, cost);
  }

  /** Ends all regions that end with `level`. What is left is the region the block stands in. */
  close(level: number): void {
    while (this.#current.level === level && this.#current.parent !== undefined)
      this.#fold(this.#current, this.#current.parent);
  }

  /** The longest path that arrives at the end of the block at `level`, if any does. */
  takeArrivals(level: number): number | undefined {
    const arrivals = this.#current.escapes.get(level);
    this.#current.escapes.delete(level);
    return arrivals;
  }

  /** Ends the function. @returns What its callers pay for its head; 0 if it charges there itself. */
  finish(): number {
    const root = this.#current;
    if (!root.mustCharge && root.peak <= this.#slack) return root.peak;
    this.#charge(root);
    return 0;
  }

  #fold(child: Region, parent: Region): void {
    this.#current = parent;
    const paysItself = child.isLoop || child.mustCharge || child.peak > this.#slack;
    if (paysItself) this.#charge(child);
    const before = parent.cost;
    this.#steps += child.escapes.size;
    if (this.#steps > caps.pathSteps)
      refuseSize('the number of paths between nested blocks', this.#steps, caps.pathSteps);
    for (const [level, cost] of child.escapes)
      note(parent.escapes, level, paysItself ? before : before + cost);
    if (paysItself) return;
    this.cost = before + child.peak;
    parent.cost = before + child.cost;
  }

  #charge(region: Region): void {
    this.charges.set(region.start, Math.max(region.peak, 1));
  }
}

function newRegion(parent: Region | undefined, level: number, start: number, isLoop: boolean): Region {
  return { parent, level, start, isLoop, cost: 0, peak: 0, mustCharge: false, escapes: new Map() };
}

function note(paths: Map<number, number>, level: number, cost: number): void {
  const known = paths.get(level);
  if (known === undefined || cost > known) paths.set(level, cost);
}
