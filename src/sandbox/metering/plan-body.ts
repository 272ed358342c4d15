import type { BlockPlan, BodyPlan, Frame, LoopFrame } from './body-plan.ts';
import type { ByteReader } from './byte-reader.ts';
import { type Callee, slack, unknownCallee } from './call-costs.ts';
import { caps } from './caps.ts';
import { ChargeRegions } from './charge-regions.ts';
import { InstructionReader } from './instruction-reader.ts';
import type { Opcode } from './opcodes.ts';
import { refuseModule, refuseSize } from './refusal.ts';

/** More gain nothing. */
const mostCopies = 4;

/** `br_if`; its kin take references along. */
const plainBranchIf = 0x0d;

/** Decides where a function charges, how much, and in which loops the fuel stays in a local. */
export function planBody(code: ByteReader, calleeOf: (index: number) => Callee): BodyPlan {
  return new BodyPlanner(code, calleeOf).plan();
}

class BodyPlanner {
  readonly #reader: InstructionReader;
  readonly #calleeOf: (index: number) => Callee;
  readonly #regions: ChargeRegions;
  readonly #frames: Frame[] = [];
  readonly #closed: Frame[] = [];
  readonly #blocks: BlockPlan[] = [];
  #loop: LoopFrame | undefined;
  #isReachable = true;
  #hasHandlers = false;
  #isTransparent = true;
  /** The outermost loop depth for which the longest known path from that loop's head to here makes no call. */
  #callFree = 1;

  constructor(code: ByteReader, calleeOf: (index: number) => Callee) {
    this.#reader = new InstructionReader(code);
    this.#calleeOf = calleeOf;
    this.#regions = new ChargeRegions(slack, code.offset);
  }

  plan(): BodyPlan {
    this.#push('function');
    while (this.#frames.length > 0) this.#step(this.#reader.next());
    const { reader } = this.#reader;
    if (!reader.isAtEnd) refuseModule('a function body goes on after its end', reader.offset);
    const headCost = this.#regions.finish();
    this.#settleCaching();
    const { charges } = this.#regions;
    return {
      headCost,
      charges,
      blocks: this.#blocks,
      isTransparent: this.#isTransparent && charges.size === 0,
    };
  }

  #step(opcode: Opcode): void {
    if (this.#isReachable) this.#regions.cost += opcode.cost;
    if (opcode.bulk !== undefined) this.#isTransparent = false;
    this.#watchLoop(opcode);
    switch (opcode.flow) {
      case 'next':
      case 'local':
      case 'global':
        return;
      case 'block':
      case 'loop':
      case 'if':
      case 'try':
      case 'try-table':
        this.#push(opcode.flow);
        break;
      case 'else':
        this.#else();
        break;
      case 'catch':
        this.#catch();
        break;
      case 'end':
      case 'delegate':
        this.#end();
        break;
      case 'branch':
      case 'branch-if':
        this.#branch(opcode.flow);
        break;
      case 'return':
      case 'throw':
        this.#leave();
        break;
      case 'trap':
        this.#isReachable = false;
        return;
      case 'call':
        this.#call(this.#calleeOf(this.#reader.first));
        break;
      case 'call-unknown':
        this.#call(unknownCallee);
        break;
      case 'tail-call':
        this.#call(this.#calleeOf(this.#reader.first));
        this.#leave();
        break;
      case 'tail-call-unknown':
        this.#call(unknownCallee);
        this.#leave();
        break;
    }
  }

  /** Notes whether the innermost block is a loop of straight code that ends with the branch to its head. */
  #watchLoop({ flow, bulk }: Opcode): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined || flow === 'end') return;
    const isStraight = (flow === 'next' || flow === 'local' || flow === 'global') && bulk === undefined;
    const isOwnBranch = this.#reader.code === plainBranchIf && this.#reader.labels[0] === 0;
    if (frame.endsWithBranch || !(isStraight || isOwnBranch)) frame.isStraight = false;
    frame.endsWithBranch = isOwnBranch;
  }

  #push(flow: Frame['flow']): void {
    const level = this.#frames.length;
    if (level > caps.nesting) refuseSize('the nesting of blocks', level, caps.nesting);
    if (flow === 'try' || flow === 'try-table') this.#hasHandlers = true;
    const plan: BlockPlan = { isCached: false, hasElse: false, copies: 1 };
    this.#blocks.push(plan);
    const labels = flow === 'try-table' ? this.#reader.labels : [];
    this.#frames.push({
      flow,
      plan,
      loop: this.#loop,
      isReachable: this.#isReachable,
      costBefore: this.#regions.cost,
      callFreeBefore: this.#callFree,
      outermostTarget: level,
      callFreeAtEnd: Number.POSITIVE_INFINITY,
      comesFrom: new Set(),
      // The labels of the clauses count from outside the block itself.
      catchLevels: labels.map((label) => this.#levelOf(label, level)),
      start: this.#reader.end,
      isStraight: flow === 'loop' && !this.#reader.hasBlockType,
      endsWithBranch: false,
    });
    if (flow === 'loop') {
      this.#loop = { plan, depth: (this.#loop?.depth ?? 0) + 1 };
      this.#callFree = Math.min(this.#callFree, this.#loop.depth);
    }
    if (flow === 'if' || flow === 'loop') this.#regions.open(level, this.#reader.end, flow === 'loop');
  }

  #else(): void {
    const frame = this.#top();
    if (frame.flow !== 'if' || frame.plan.hasElse)
      refuseModule('an "else" stands without its "if"', this.#reader.start);
    frame.plan.hasElse = true;
    this.#arriveFromInside(frame);
    this.#isReachable = frame.isReachable;
    this.#regions.cost = frame.costBefore;
    this.#callFree = frame.callFreeBefore;
    this.#regions.open(this.#frames.length - 1, this.#reader.end);
  }

  #catch(): void {
    const frame = this.#top();
    if (frame.flow !== 'try') refuseModule('a "catch" stands without its "try"', this.#reader.start);
    this.#arriveFromInside(frame);
    this.#isReachable = frame.isReachable;
    this.#regions.cost = this.#regions.peak;
    this.#callFree = this.#depthAfterCall();
    this.#regions.open(this.#frames.length - 1, this.#reader.end);
  }

  #end(): void {
    const frame = this.#top();
    const level = this.#frames.length - 1;
    if (frame.flow === 'if' && !frame.plan.hasElse) {
      this.#arriveFromInside(frame);
      this.#isReachable = frame.isReachable;
      this.#regions.cost = frame.costBefore;
      this.#callFree = frame.callFreeBefore;
    }
    this.#regions.close(level);
    this.#repeat(frame);
    if (frame.isReachable)
      for (const target of frame.catchLevels) this.#noteBranch(target, this.#regions.peak);
    const arrivals = this.#regions.takeArrivals(level);
    if (arrivals !== undefined) {
      this.#regions.cost = this.#isReachable ? Math.max(this.#regions.cost, arrivals) : arrivals;
      this.#callFree = this.#isReachable
        ? Math.min(this.#callFree, frame.callFreeAtEnd)
        : frame.callFreeAtEnd;
      this.#isReachable = true;
    }
    this.#frames.pop();
    this.#closed.push(frame);
    this.#loop = frame.loop;
    const around = this.#frames.at(-1);
    if (around === undefined) return;
    around.outermostTarget = Math.min(around.outermostTarget, frame.outermostTarget);
    const mayBeSkipped = frame.outermostTarget < level;
    if (mayBeSkipped && this.#isReachable) this.#regions.open(level - 1, this.#reader.end);
  }

  /**
   * The check costs more than the work of a tight loop, so such a loop is unrolled. Whoever leaves between the copies has paid for the
   * rest of them, within `slack`.
   */
  #repeat(frame: Frame): void {
    const cost = this.#regions.charges.get(frame.start);
    if (cost === undefined || !frame.isReachable || !frame.isStraight || !frame.endsWithBranch) return;
    frame.plan.copies = Math.min(mostCopies, 1 + Math.floor(slack / cost));
    this.#regions.charges.set(frame.start, cost * frame.plan.copies);
  }

  /** The path that ends here, if there is one, goes on after the block. */
  #arriveFromInside(frame: Frame): void {
    const level = this.#frames.length - 1;
    this.#regions.close(level);
    if (!this.#isReachable) return;
    this.#regions.escape(level);
    frame.callFreeAtEnd = Math.min(frame.callFreeAtEnd, this.#callFree);
  }

  #branch(flow: 'branch' | 'branch-if'): void {
    if (!this.#isReachable) return;
    for (const label of this.#reader.labels) {
      this.#noteBranch(this.#levelOf(label, this.#frames.length), this.#regions.cost);
    }
    if (flow === 'branch') this.#isReachable = false;
    else this.#regions.open(this.#frames.length - 1, this.#reader.end);
  }

  #noteBranch(level: number, cost: number): void {
    const target = this.#frames[level];
    if (target === undefined) return;
    const from = this.#top();
    from.outermostTarget = Math.min(from.outermostTarget, level);
    if (target.flow === 'loop') {
      const depth = (target.loop?.depth ?? 0) + 1;
      if (this.#callFree <= depth) target.plan.isCached = true;
      return;
    }
    this.#regions.escape(level, cost);
    target.callFreeAtEnd = Math.min(target.callFreeAtEnd, this.#callFree);
    if (this.#loop !== undefined) target.comesFrom.add(this.#loop);
  }

  #call(callee: Callee): void {
    if (!callee.isTransparent) this.#isTransparent = false;
    if (!this.#isReachable) return;
    this.#regions.cost += callee.headCost;
    if (callee.isRecursive) this.#regions.requireCharge();
    if (!callee.isTransparent) this.#callFree = this.#depthAfterCall();
  }

  #leave(): void {
    if (!this.#isReachable) return;
    const frame = this.#top();
    frame.outermostTarget = -1;
    this.#isReachable = false;
  }

  /** Loops keep the fuel in a local if they can go round without a call; what they branch to follows them. */
  #settleCaching(): void {
    for (const frame of this.#closed) {
      if (this.#hasHandlers) frame.plan.isCached = false;
      else if (frame.flow !== 'loop' && frame.flow !== 'function') {
        frame.plan.isCached =
          frame.loop?.plan.isCached === true || [...frame.comesFrom].some((loop) => loop.plan.isCached);
      }
    }
  }

  #depthAfterCall(): number {
    return (this.#loop?.depth ?? 0) + 1;
  }

  #levelOf(label: number, levels: number): number {
    if (label >= levels) refuseModule(`label ${label} has no block`, this.#reader.start);
    return levels - 1 - label;
  }

  #top(): Frame {
    return this.#frames.at(-1) ?? refuseModule('an instruction stands outside of a body', this.#reader.start);
  }
}
