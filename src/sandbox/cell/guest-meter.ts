import { SignalboxError } from '../../core/errors.ts';
import type { LimitHit } from '../../permissions/limits.ts';
import { unknownCallee } from '../metering/call-costs.ts';
import { FuelSlices } from './fuel-slices.ts';
import { Lift } from './lift-budget.ts';
import { wasm } from './web-assembly.ts';

const pageBytes = 65_536;

/**
 * Slices of fuel a call may use where the guest cannot be suspended: some 40 ms that everybody in the cell waits. The glue calls for room there,
 * when it writes an answer for a task that did not wait for it. To collect the garbage of a whole memory takes half as long.
 */
const maxUnsuspendedSlices = 400;

/** What a call, or the instantiation, may use. */
export interface FuelBudget {
  readonly limit: 'fuel_per_call' | 'fuel_per_init';
  readonly fuel: number;
}

/** The budgets of one instance: what its metered modules import, what it has used, and which limit it ran into. */
export class GuestMeter {
  /** The import module of metered code. */
  readonly imports: Readonly<Record<string, unknown>>;
  readonly lift: Lift;
  readonly #fuel = new wasm.Global({ value: 'i64', mutable: true }, 0n);
  readonly #pages: { value: bigint };
  readonly #refusedPages = new wasm.Global({ value: 'i64', mutable: true }, 0n);
  readonly #maxPages: number;
  #budget: FuelBudget = { limit: 'fuel_per_init', fuel: 0 };
  /** Of the budget, what the guest has not been handed yet. */
  #reserve = 0;
  #unsuspendedSlices = 0;
  readonly #slices = new FuelSlices(() => performance.now());
  #failure: SignalboxError | undefined;

  /** @param yieldTo makes the function of wasm that asks `refuel` and may then suspend the guest */
  constructor(
    max: { readonly memoryBytes: number; readonly messageBytes: number },
    yieldTo: (refuel: (isSuspendable: boolean) => boolean) => unknown,
  ) {
    this.lift = new Lift(max.messageBytes, (error) => this.exceed(error));
    this.#maxPages = Math.floor(max.memoryBytes / pageBytes);
    this.#pages = new wasm.Global({ value: 'i64', mutable: true }, BigInt(this.#maxPages));
    this.imports = {
      fuel: this.#fuel,
      pages: this.#pages,
      'refused-pages': this.#refusedPages,
      yield: yieldTo((isSuspendable) => this.#refuel(isSuspendable)),
    };
  }

  /** A call, or the instantiation, begins. */
  begin(budget: FuelBudget): void {
    this.#budget = budget;
    this.#unsuspendedSlices = 0;
    this.#reserve = Math.max(0, budget.fuel - this.#slices.first());
    // The metered code leaves the head of a function to its caller, and here that is the host.
    this.#fuel.value = BigInt(budget.fuel - this.#reserve - unknownCallee.headCost);
    this.#refusedPages.value = 0n;
  }

  /** What still runs traps where it is charged next. */
  end(): void {
    this.#reserve = 0;
    this.#fuel.value = -1n;
    this.lift.end();
  }

  /** Counts the memories a module starts with. @throws `MEMORY_EXHAUSTED` */
  takePages(pages: number): void {
    const left = Number(this.#pages.value);
    if (pages > left) throw this.#memoryExhausted(pages);
    this.#pages.value = BigInt(left - pages);
  }

  exceed(error: SignalboxError): never {
    this.#failure ??= error;
    throw error;
  }

  get fuelUsed(): number {
    return Math.min(this.#budget.fuel, this.#budget.fuel - this.#fuelLeft);
  }

  get memoryBytes(): number {
    return (this.#maxPages - Number(this.#pages.value)) * pageBytes;
  }

  /** The limit that ended what runs, whatever it made of that. */
  get failure(): SignalboxError | undefined {
    return this.#failure ?? (this.#fuelLeft < 0 ? this.#fuelExhausted() : undefined);
  }

  /** The limit that a guest which failed had run into before. */
  get cause(): SignalboxError | undefined {
    const refused = Number(this.#refusedPages.value);
    return this.failure ?? (refused > 0 ? this.#memoryExhausted(refused) : undefined);
  }

  get #fuelLeft(): number {
    return this.#reserve + Number(this.#fuel.value);
  }

  /** The guest goes on after others had the processor. */
  resumed(): void {
    this.#slices.resumed();
  }

  /** The guest has spent what it was handed. False when there is no more for it: then it traps. */
  #refuel(isSuspendable: boolean): boolean {
    const left = this.#fuelLeft;
    if (!isSuspendable) this.#unsuspendedSlices += 1;
    if (this.#unsuspendedSlices > maxUnsuspendedSlices) this.#failure ??= this.#unsuspendedExhausted();
    if (left < 0 || this.#failure) return false;
    const slice = Math.min(this.#slices.next(), left);
    this.#reserve = left - slice;
    this.#fuel.value = BigInt(slice);
    return true;
  }

  #fuelExhausted(): SignalboxError {
    const { limit: name, fuel: allowed } = this.#budget;
    const limit: LimitHit = { name, reached: allowed - this.#fuelLeft, allowed };
    return new SignalboxError('FUEL_EXHAUSTED', `The plugin used up its ${allowed} fuel`, {
      hint: `Let it do less at a time, or raise limits.${name}`,
      details: { limit },
    });
  }

  #unsuspendedExhausted(): SignalboxError {
    const limit: LimitHit = {
      name: 'unsuspended_slices',
      reached: this.#unsuspendedSlices,
      allowed: maxUnsuspendedSlices,
    };
    return new SignalboxError('FUEL_EXHAUSTED', 'The plugin ran for too long where it cannot be suspended', {
      hint: 'Its function that makes room for answers takes too long: build it with another allocator',
      details: { limit },
    });
  }

  #memoryExhausted(pages: number): SignalboxError {
    const allowed = this.#maxPages * pageBytes;
    const limit: LimitHit = { name: 'memory_bytes', reached: this.memoryBytes + pages * pageBytes, allowed };
    return new SignalboxError(
      'MEMORY_EXHAUSTED',
      `The plugin asked for more than its ${allowed} bytes of memory`,
      {
        hint: 'Let it hold less, or raise limits.memory_bytes',
        details: { limit },
      },
    );
  }
}
