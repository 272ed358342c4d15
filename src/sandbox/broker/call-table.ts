import type { ErrorRecord } from '../../core/errors.ts';
import type { CallOutcome, CallRequest } from '../../ports/sandbox.ts';
import { ProtocolError } from '../protocol/messages.ts';

/** A call that was sent and not answered. */
export interface PendingCall {
  readonly call: number;
  readonly request: CallRequest;
  readonly isEntered: boolean;
  readonly isSettled: boolean;
  settle(outcome: CallOutcome): void;
}

class Pending implements PendingCall {
  readonly call: number;
  readonly request: CallRequest;
  readonly outcome: Promise<CallOutcome>;
  isEntered = false;
  isSettled = false;
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

/** The calls of one instance in the order they were sent: the cell enters and answers them in that order. */
export class CallTable {
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #entered: Pending | undefined;

  /** The one call that runs, if any. */
  get entered(): PendingCall | undefined {
    return this.#entered;
  }

  add(
    request: CallRequest,
    onAbort: (pending: PendingCall) => void,
  ): { readonly call: number; readonly outcome: Promise<CallOutcome> } {
    const pending = new Pending(this.#next, request, onAbort);
    this.#next = (this.#next % 0xffff_ffff) + 1;
    this.#pending.set(pending.call, pending);
    return pending;
  }

  /** @throws ProtocolError when it is not this call's turn */
  enter(call: number): PendingCall {
    const pending = this.#pending.get(call);
    if (!pending || this.#entered) throw new ProtocolError('a call was entered out of turn');
    // Calls that were cancelled in time are never heard of again.
    for (const earlier of this.#pending.values()) {
      if (earlier === pending) break;
      if (!earlier.isSettled) throw new ProtocolError('a call was entered before an earlier one');
      this.#pending.delete(earlier.call);
    }
    pending.isEntered = true;
    this.#entered = pending;
    return pending;
  }

  /** Takes the call that runs from the table: it is over. @throws ProtocolError when it is not the one that runs */
  leave(call: number): PendingCall {
    const pending = this.#entered;
    if (pending?.call !== call) throw new ProtocolError('a call was answered that does not run');
    this.#pending.delete(call);
    this.#entered = undefined;
    return pending;
  }

  /** Answers all that is left: `details.entered` tells whether the guest saw the call. */
  failAll(error: ErrorRecord): void {
    for (const pending of this.#pending.values()) {
      const details = { ...error.details, entered: pending.isEntered };
      pending.settle({ outcome: 'failed', error: { ...error, details } });
    }
    this.#pending.clear();
    this.#entered = undefined;
  }
}
