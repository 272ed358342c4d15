import type { ErrorRecord } from '../../core/errors.ts';
import type { CallOutcome, CallRequest } from '../../ports/sandbox.ts';
import { ProtocolError } from '../protocol/messages.ts';

/** A call that was sent and not answered. */
export interface PendingCall {
  readonly call: number;
  readonly request: CallRequest;
  readonly isSettled: boolean;
  settle(outcome: CallOutcome): void;
}

class Pending implements PendingCall {
  readonly call: number;
  readonly request: CallRequest;
  readonly outcome: Promise<CallOutcome>;
  isSettled = false;
  /** Its cell has said of this very call that it begins. */
  isAnnounced = false;
  readonly #resolve: (outcome: CallOutcome) => void;
  readonly #onAbort: (() => void) | undefined;

  constructor(call: number, request: CallRequest, onAbort: (pending: PendingCall) => void) {
    this.call = call;
    this.request = request;
    const { promise, resolve } = Promise.withResolvers<CallOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    if (!request.signal) return;
    this.#onAbort = () => onAbort(this);
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  settle(outcome: CallOutcome): void {
    if (this.isSettled) return;
    this.isSettled = true;
    if (this.#onAbort) this.request.signal?.removeEventListener('abort', this.#onAbort);
    this.#resolve(outcome);
  }
}

/**
 * The calls of one instance in the order they were sent: the cell enters and answers them in that order. It announces each
 * call before it enters it, or the first of a run only: then it may be ahead of what is known here by what it has not
 * yet reported.
 */
export class CallTable {
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  /** The first call that is not answered, once it was entered or may have been. */
  #current: Pending | undefined;
  #isRun = false;
  /** The current call is known to have begun: it was announced by itself, or has called the host. */
  #isCertain = false;

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** The call that runs, as far as is known. */
  get current(): PendingCall | undefined {
    return this.#current;
  }

  /** The call that is to be entered next, while none runs. */
  get next(): PendingCall | undefined {
    if (this.#current) return undefined;
    return [...this.#pending.values()].find(({ isSettled }) => !isSettled);
  }

  /** The guest may have got further than its cell has said. */
  get isAheadPossible(): boolean {
    return this.#current !== undefined && !this.#isCertain && this.#pending.size > 1;
  }

  add(
    request: CallRequest,
    onAbort: (pending: PendingCall) => void,
  ): PendingCall & { readonly outcome: Promise<CallOutcome> } {
    const pending = new Pending(this.#next, request, onAbort);
    this.#next = (this.#next % 0xffff_ffff) + 1;
    this.#pending.set(pending.call, pending);
    return pending;
  }

  /** A call begins; `isRun` when those behind it follow unannounced. @throws ProtocolError when it is not its turn */
  enter(call: number, isRun: boolean): PendingCall {
    const pending = this.#reach(call);
    if (this.#current && this.#current !== pending)
      throw new ProtocolError('a call was entered while another runs');
    // Its deadline begins here: whoever could say so again could put it off for ever.
    if (pending.isAnnounced || (this.#current && !this.#isRun))
      throw new ProtocolError('a call was entered twice');
    pending.isAnnounced = true;
    this.#current = pending;
    this.#isRun = isRun;
    this.#isCertain = !isRun;
    return pending;
  }

  /** The current call has done something that can be seen. @throws ProtocolError when there is none */
  act(): void {
    if (!this.#current) throw new ProtocolError('a guest acted while it was not running');
    this.#isCertain = true;
  }

  /** Takes the call that ran from the table. @throws ProtocolError when another runs */
  leave(call: number): PendingCall {
    const pending = this.#reach(call);
    if (!this.#current || (!this.#isRun && this.#current !== pending)) {
      throw new ProtocolError('a call was answered that does not run');
    }
    this.#pending.delete(call);
    this.#isCertain = false;
    const [following] = this.#pending.values();
    this.#current = this.#isRun ? following : undefined;
    return pending;
  }

  /**
   * Answers all that is left. `details.entered` is true for a call that may have had effects: whatever the guest did
   * without saying a word to the host is gone with it, and can be done again.
   */
  failAll(error: ErrorRecord): void {
    const entered = this.#isCertain ? this.#current : undefined;
    for (const pending of this.#pending.values()) {
      const details = { ...error.details, entered: pending === entered };
      pending.settle({ outcome: 'failed', error: { ...error, details } });
    }
    this.#pending.clear();
    this.#current = undefined;
  }

  /** The call, with the cancelled ones before it dropped: of those nothing is ever heard again. */
  #reach(call: number): Pending {
    const pending = this.#pending.get(call);
    if (!pending) throw new ProtocolError('a call is spoken of that nobody made');
    for (const earlier of this.#pending.values()) {
      if (earlier === pending) break;
      if (!earlier.isSettled) throw new ProtocolError('a call was entered before an earlier one');
      this.#pending.delete(earlier.call);
      if (this.#current === earlier && this.#isRun) this.#current = pending;
    }
    return pending;
  }
}
