/** How long a guest has had the processor. */
export class ProcessorTime {
  #sinceMs: number | undefined;
  #usedMs = 0;

  start(): void {
    this.#sinceMs = performance.now();
  }

  stop(): void {
    if (this.#sinceMs === undefined) return;
    this.#usedMs += performance.now() - this.#sinceMs;
    this.#sinceMs = undefined;
  }

  /** Milliseconds since it was last asked. */
  takeMs(): number {
    const now = performance.now();
    const runningMs = this.#sinceMs === undefined ? 0 : now - this.#sinceMs;
    const usedMs = this.#usedMs + runningMs;
    this.#usedMs = 0;
    if (this.#sinceMs !== undefined) this.#sinceMs = now;
    return usedMs;
  }
}
