/** The glue asks every millisecond; what it asks for changes when the guest has run, and then it is asked at once. */
const minIntervalMs = 10;

/** The timers of one instance's glue. It polls with them, for as long as a guest waits, which for one that is gone is for ever. */
export class GlueTimers {
  readonly #timeouts = new Set<NodeJS.Timeout>();
  readonly #intervals = new Map<NodeJS.Timeout, () => void>();
  #isOver = false;

  readonly setTimeout = (call: () => void, delayMs: number): NodeJS.Timeout | undefined => {
    if (this.#isOver) return undefined;
    const timer = setTimeout(() => {
      this.#timeouts.delete(timer);
      call();
    }, delayMs);
    this.#timeouts.add(timer);
    return timer;
  };

  readonly setInterval = (call: () => void, delayMs = 0): NodeJS.Timeout | undefined => {
    if (this.#isOver) return undefined;
    const timer = setInterval(call, Math.max(delayMs, minIntervalMs));
    this.#intervals.set(timer, call);
    return timer;
  };

  readonly clearInterval = (timer: NodeJS.Timeout | undefined): void => {
    clearInterval(timer);
    if (timer) this.#intervals.delete(timer);
  };

  /** What is done at intervals is done now. */
  poll(): void {
    for (const call of [...this.#intervals.values()]) call();
  }

  end(): void {
    this.#isOver = true;
    for (const timer of [...this.#timeouts, ...this.#intervals.keys()]) clearTimeout(timer);
    this.#timeouts.clear();
    this.#intervals.clear();
  }
}
