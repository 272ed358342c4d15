/**
 * One deadline at a time, moved for every call. Moving a timer costs more than a call may, so the timer stays and looks,
 * when it fires, whether the deadline it was set for still holds.
 */
export class Deadline {
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #at = Number.POSITIVE_INFINITY;
  #onExpire: () => void = () => {};

  start(deadlineMs: number, onExpire: () => void): void {
    this.#at = performance.now() + deadlineMs;
    this.#onExpire = onExpire;
    if (this.#timer === undefined || this.#at < this.#timerAt) this.#arm();
  }

  /** No deadline until the next start. */
  clear(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }

  dispose(): void {
    this.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timerAt = this.#at;
    const waitMs = Math.min(Math.max(0, this.#at - performance.now()), maxTimerMs);
    this.#timer = setTimeout(() => this.#fire(), waitMs);
    // The cell holds the host process while it has guests; a deadline need not.
    this.#timer.unref();
  }

  #fire(): void {
    this.#timer = undefined;
    if (this.#at === Number.POSITIVE_INFINITY) return;
    if (performance.now() < this.#at) {
      this.#arm();
      return;
    }
    // When it was the host that was busy, the answer lies unread: let the loop read it first.
    const expired = this.#at;
    setImmediate(() => {
      if (this.#at !== expired) return;
      this.clear();
      this.#onExpire();
    });
  }
}

/** Longest wait of a Node timer. */
const maxTimerMs = 2 ** 31 - 1;
