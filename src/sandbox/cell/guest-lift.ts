import { SignalboxError } from '../../core/errors.ts';
import type { GuestProcessor } from './guest-processor.ts';
import type { GuestStack } from './guest-stack.ts';
import type { GuestTasks } from './guest-tasks.ts';
import type { Lift } from './lift-budget.ts';
import { isShareOver } from './turns.ts';

/** Long messages of one guest, in the middle of which others run. Reading one is JavaScript of the glue, which no fuel is charged for. */
export class GuestLift {
  readonly #lift: Lift;
  readonly #processor: GuestProcessor;
  readonly #tasks: GuestTasks;
  readonly #stack: GuestStack;

  constructor(lift: Lift, processor: GuestProcessor, tasks: GuestTasks, stack: GuestStack) {
    this.#lift = lift;
    this.#processor = processor;
    this.#tasks = tasks;
    this.#stack = stack;
  }

  /** The guest has had its share of the processor. */
  isLong(): boolean {
    return this.#lift.isLookDue() && isShareOver();
  }

  /** @throws when the guest is gone by then */
  async rest(): Promise<void> {
    const goOn = [this.#tasks.hold(), this.#stack.pauseGlue()];
    const isThere = await this.#processor.stepAside();
    for (const step of goOn) step();
    if (!isThere)
      throw new SignalboxError('CALL_ABORTED', 'The guest was destroyed while its message was read');
    this.#lift.goOn();
  }
}
