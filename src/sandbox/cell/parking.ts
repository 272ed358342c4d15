/** A guest that is back sooner did not wait: telling of it would cost more. */
const settleMs = 2;

/**
 * Tells the broker while a guest with tasks waits. Each of its own questions says nothing, since other tasks go on, and it may wait without a
 * question.
 */
export class Parking {
  readonly #tell: (what: 'parked' | 'resumed') => void;
  #timer: NodeJS.Timeout | undefined;
  #isTold = false;

  constructor(tell: (what: 'parked' | 'resumed') => void) {
    this.#tell = tell;
  }

  begin(): void {
    if (this.#isTold) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isTold = true;
      this.#tell('parked');
    }, settleMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#tell('resumed');
  }

  /** The guest is gone: nothing more is said of it. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isTold = false;
  }
}
