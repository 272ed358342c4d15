import type { BlockPlan } from './body-plan.ts';
import type { FuelState } from './fuel-code.ts';
import type { Opcode } from './opcodes.ts';

interface Entry {
  /** Whether code in it keeps the fuel in the local: set by the innermost loop. */
  readonly isCached: boolean;
  readonly isReachable: boolean;
  /** Where the fuel is at its start. */
  readonly fuel: FuelState;
  readonly codeStart: number;
}

/** A block of a body while its instructions are written. */
export class OpenBlock {
  readonly flow: Opcode['flow'] | 'function';
  readonly plan: BlockPlan;
  readonly isCached: boolean;
  readonly isReachable: boolean;
  readonly fuel: FuelState;
  /** Where the code after the last charge starts: after a loop's, what a round does. */
  codeStart: number;
  #fuelAtEnd: FuelState | undefined;

  constructor(flow: OpenBlock['flow'], plan: BlockPlan, { isCached, isReachable, fuel, codeStart }: Entry) {
    this.flow = flow;
    this.plan = plan;
    this.isCached = isCached;
    this.isReachable = isReachable;
    this.fuel = fuel;
    this.codeStart = codeStart;
  }

  /** A path comes to its end, with the fuel there. */
  arrive({ inGlobal, inLocal }: FuelState): void {
    const known = this.#fuelAtEnd ?? { inGlobal: true, inLocal: true };
    this.#fuelAtEnd = { inGlobal: known.inGlobal && inGlobal, inLocal: known.inLocal && inLocal };
  }

  /** Where the fuel is for all that come to the end; nothing while none does. */
  get fuelAtEnd(): FuelState | undefined {
    return this.#fuelAtEnd;
  }
}
