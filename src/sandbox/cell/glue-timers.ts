/** The glue asks every millisecond; what it asks for changes when the guest has run or the host has answered, and then it asks at once. */
const minIntervalMs = 10;

/** The timers of one instance's glue. It polls with them, for as long as a guest waits, which for one that is gone is for ever. */
export class GlueTimers {
  readonly #timeouts = new Map<NodeJS.Timeout, () => void>();
  readonly #intervals = new Map<NodeJS.Timeout, () => void>();
  #isOver = false;

  readonly setTimeout = (call: () => void, delayMs: number): NodeJS.Timeout | undefined => {
    if (this.#isOver) return undefined;
    const once = (): void => {
      this.#timeouts.delete(timer);
      clearTimeout(timer);
      call();
    };
    const timer = setTimeout(once, delayMs);
    // One without a delay is there for the order of things.
    this.#timeouts.set(timer, delayMs > 0 ? once : () => {});
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

  /** What the glue looks for at intervals, it looks for now. */
  poll(): void {
    for (const call of [...this.#intervals.values(), ...this.#timeouts.values()]) call();
  }

  end(): void {
    this.#isOver = true;
    for (const timer of [...this.#timeouts.keys(), ...this.#intervals.keys()]) clearTimeout(timer);
    this.#timeouts.clear();
    this.#intervals.clear();
  }
}
