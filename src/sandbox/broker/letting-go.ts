/**
 * How long a cell may run, told to destroy a guest that was running, until that guest has let go. Others need a few milliseconds of it: the guest
 * steps aside every half one, and what cannot be suspended ends with its fuel.
 */
const ranMs = 150;
/** Longest on the clock, however little of it the cell was given: those it keeps waiting have waited long enough. */
const longestMs = 5_000;
/** What the kernel counts in; looking more often tells no more. */
const tickMs = 10;

interface LettingGoOptions {
  /** Processor time the cell has used so far, milliseconds; undefined where that cannot be seen, and the clock has to do. */
  readonly processorMs: () => number | undefined;
  readonly onOverdue: () => void;
}

/**
 * Waits for a guest to let go. Time counts in which its cell ran: on a busy machine a cell may not get a processor for longer than a guest
 * takes, and killing it would take along those who did nothing (docs/decisions/0025).
 */
export class LettingGo implements Disposable {
  readonly #options: LettingGoOptions;
  readonly #since = performance.now();
  readonly #ranBefore: number | undefined;
  #timer: NodeJS.Timeout;
  #isOver = false;

  constructor(options: LettingGoOptions) {
    this.#options = options;
    this.#ranBefore = options.processorMs();
    this.#timer = this.#wait(ranMs);
  }

  /** It has let go, or its cell is gone. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): NodeJS.Timeout {
    // When it was the host that was busy, the answer lies unread: let the loop read it first.
    return setTimeout(() => setImmediate(() => this.#look()), ms);
  }

  #look(): void {
    if (this.#isOver) return;
    const leftMs = Math.min(ranMs - this.#ran(), longestMs - this.#waited());
    if (leftMs > 0) this.#timer = this.#wait(Math.max(tickMs, leftMs));
    else this.#options.onOverdue();
  }

  #ran(): number {
    const now = this.#options.processorMs();
    return now === undefined || this.#ranBefore === undefined ? this.#waited() : now - this.#ranBefore;
  }

  #waited(): number {
    return performance.now() - this.#since;
  }
}
