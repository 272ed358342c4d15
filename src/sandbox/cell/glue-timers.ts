/** The timers of one instance's glue. It polls with them, for as long as a guest waits, which for one that is gone is for ever. */
export class GlueTimers {
  readonly #timers = new Set<NodeJS.Timeout>();
  #isOver = false;

  readonly setTimeout = (call: () => void, delayMs: number): NodeJS.Timeout | undefined => {
    if (this.#isOver) return undefined;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      call();
    }, delayMs);
    this.#timers.add(timer);
    return timer;
  };

  readonly setInterval = (call: () => void, delayMs?: number): NodeJS.Timeout | undefined => {
    if (this.#isOver) return undefined;
    const timer = setInterval(call, delayMs);
    this.#timers.add(timer);
    return timer;
  };

  readonly clearInterval = (timer: NodeJS.Timeout | undefined): void => {
    clearInterval(timer);
    if (timer) this.#timers.delete(timer);
  };

  end(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
