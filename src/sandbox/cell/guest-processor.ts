import { ProcessorTime } from './processor-time.ts';
import { isTaken, leaveProcessor, rested, takeProcessor } from './turns.ts';

/** One guest's hold of the processor of its cell, and for how long it had it. */
export class GuestProcessor {
  readonly #time = new ProcessorTime();
  readonly #isGone: () => boolean;

  /** @param isGone nothing of the guest may run any more */
  constructor(isGone: () => boolean) {
    this.#isGone = isGone;
  }

  take(): void {
    takeProcessor(this);
    this.#time.start();
  }

  /** An answer it waited for is there: it goes on, whoever is the holder. */
  resume(): void {
    this.#time.start();
  }

  takeIfFree(): void {
    this.#time.start();
    if (!isTaken()) takeProcessor(this);
  }

  leave(): void {
    leaveProcessor(this);
    this.#time.stop();
  }

  /** Lets others run once, since it has had its share. False when the guest is gone by then. */
  stepAside(): Promise<boolean> {
    return this.takeAgainAfter(rested());
  }

  /** Lets others run meanwhile. False when the guest is gone by then. */
  async takeAgainAfter(what: Promise<void>): Promise<boolean> {
    this.leave();
    await what;
    while (isTaken()) await rested();
    const isThere = !this.#isGone();
    if (isThere) this.take();
    return isThere;
  }

  /** Milliseconds since it was last asked. */
  takeMs(): number {
    return this.#time.takeMs();
  }
}
