/** What tells whether a guest runs. */
export interface GuestActivity {
  /** Code of the guest runs from here on, after it did not. */
  busy(): void;
  /** None of it runs, for the moment. */
  still(): void;
  /** None of it runs, and it has nothing to do before something comes in. */
  idle(): void;
}

/**
 * The asynchronous tasks of one guest. While there is one, a question to the broker does not mean that the guest waits: other tasks go
 * on. It waits when none of its code runs and the event loop has had a turn without any.
 */
export class GuestTasks {
  readonly #activity: GuestActivity;
  readonly #live = new Set<object>();
  #isInside = false;
  #isIdle = false;
  #isLooking = false;
  /** Stacks that were suspended because the guest had had its share, and messages that rest for that. */
  #paused = 0;
  #over: PromiseWithResolvers<void> | undefined;

  constructor(activity: GuestActivity) {
    this.#activity = activity;
  }

  get areAny(): boolean {
    return this.#live.size > 0;
  }

  began(task: object): void {
    this.#live.add(task);
  }

  ended(task: object): void {
    if (!this.#live.delete(task) || this.#live.size > 0) return;
    if (this.#isIdle) this.#wake();
    this.#over?.resolve();
  }

  /** A task trapped. Whoever waits for its result is told by the glue; when that was given before, nobody else would. */
  failed(task: object, reason: unknown): void {
    if (this.#live.has(task)) this.#over?.reject(reason);
  }

  /** Resolves when no task is left, or none that anything could wake. @throws what a task threw meanwhile */
  async over(): Promise<void> {
    if (this.#live.size === 0) return;
    this.#over = Promise.withResolvers();
    // What was seen before the result came has to be seen again.
    this.#isIdle = false;
    this.left();
    try {
      await this.#over.promise;
    } finally {
      this.#over = undefined;
    }
  }

  /** Nothing is under way that could wake a task. True when that ends the call. */
  rest(): boolean {
    this.#over?.resolve();
    return this.#over !== undefined;
  }

  entered(): void {
    this.#isInside = true;
    if (this.#isIdle) this.#wake();
  }

  left(): void {
    this.#isInside = false;
    if (this.#live.size === 0 || this.#isLooking || this.#isIdle) return;
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      this.#activity.still();
      if (this.#isInside || this.#paused > 0 || this.#live.size === 0) return;
      this.#isIdle = true;
      this.#activity.idle();
    });
  }

  /** A stack is suspended in the middle of the guest's code. Call what it gives back when that goes on. */
  pause(): () => void {
    this.#paused += 1;
    this.#isInside = false;
    return () => {
      this.#paused -= 1;
      this.entered();
    };
  }

  /** A message of the guest is read, and not to its end yet. Call what it gives back when that goes on. */
  hold(): () => void {
    this.#paused += 1;
    return () => {
      this.#paused -= 1;
      this.left();
    };
  }

  #wake(): void {
    this.#isIdle = false;
    this.#activity.busy();
  }
}
