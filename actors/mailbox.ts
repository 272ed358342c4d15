import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import type { HostEvent } from '../src/ports/capabilities.ts';
import type { CallOutcome } from '../src/ports/sandbox.ts';
import { coalesceKey, mergeEvents } from './host-events.ts';

/** A call as its caller gives it. */
export interface MailboxRequest {
  readonly export: string;
  readonly args: readonly unknown[];
  /** Default and upper bound: the plugin's `call_deadline_ms`. */
  readonly deadlineMs?: number;
  /** Aborting takes a waiting call out of the mailbox. */
  readonly signal?: AbortSignal;
}

export const eventExport = 'lifecycle.handle-event';

/**
 * A call on its way to the guest. Whoever took it settles it once or puts it back; everything below `settle` belongs to
 * the mailbox, which chains the calls through themselves.
 */
export interface WaitingCall {
  request: MailboxRequest;
  readonly settle: (outcome: CallOutcome) => void;
  /** Set for events of the host, whose outcome nobody awaits. */
  event: HostEvent | undefined;
  before: WaitingCall | undefined;
  after: WaitingCall | undefined;
  onAbort: (() => void) | undefined;
}

interface MailboxOptions {
  /** Calls that may wait. */
  readonly capacity: number;
  /** Told of each call that was turned away, and why. */
  readonly onRejected: (error: ErrorRecord) => void;
}

/**
 * The calls and events one plugin has not begun yet, in order. It outlives the instances that serve it: restarts and
 * reloads lose nothing. Every operation takes the same time however many wait.
 */
export class Mailbox {
  capacity: number;
  readonly #onRejected: (error: ErrorRecord) => void;
  readonly #events = new Map<string, WaitingCall>();
  #first: WaitingCall | undefined;
  #last: WaitingCall | undefined;
  #size = 0;
  #closedBy: (() => ErrorRecord) | undefined;
  #onWaiting: (() => void) | undefined;

  constructor({ capacity, onRejected }: MailboxOptions) {
    this.capacity = capacity;
    this.#onRejected = onRejected;
  }

  get size(): number {
    return this.#size;
  }

  /** Waits for its turn, then for its end. Never rejects. */
  post(request: MailboxRequest): Promise<CallOutcome> {
    if (this.#closedBy) return this.#turnAway(this.#closedBy());
    if (this.#size >= this.capacity) return this.#turnAway(mailboxFull(this.capacity));
    if (request.signal?.aborted) return this.#turnAway(callAborted(request.export));
    return new Promise((settle) => {
      const call = waitingCall(request, settle);
      this.#listenForAbort(call);
      this.#append(call);
      this.#onWaiting?.();
    });
  }

  /**
   * Queues an event, or merges it into the waiting one of its kind. Dropped while the mailbox is closed, never for want of
   * room: with one of each kind waiting at most, events cannot flood it.
   */
  deliver(event: HostEvent): void {
    if (this.#closedBy) return;
    const key = coalesceKey(event);
    const waiting = this.#events.get(key);
    if (waiting?.event) {
      waiting.event = mergeEvents(waiting.event, event);
      return;
    }
    const call = waitingCall({ export: eventExport, args: [] }, ignoreOutcome);
    call.event = event;
    this.#events.set(key, call);
    this.#append(call);
    this.#onWaiting?.();
  }

  /** The first calls in order, at most `max`. */
  take(max: number): WaitingCall[] {
    const taken: WaitingCall[] = [];
    while (this.#first && taken.length < max) {
      const call = this.#first;
      this.#remove(call);
      if (call.event) call.request = { export: eventExport, args: [call.event] };
      taken.push(call);
    }
    return taken;
  }

  /** Puts calls that were taken and not begun back to the front, in their order. */
  putBack(calls: readonly WaitingCall[]): void {
    for (const call of calls.toReversed()) {
      if (this.#closedBy) this.#settleUnbegun(call, this.#closedBy());
      else if (call.request.signal?.aborted) this.#settleUnbegun(call, callAborted(call.request.export));
      else this.#prepend(call);
    }
    if (this.#size > 0) this.#onWaiting?.();
  }

  /** Tells `onWaiting` whenever something is put in. One listener at a time: the instance that serves. */
  listen(onWaiting: () => void): void {
    this.#onWaiting = onWaiting;
  }

  unlisten(onWaiting: () => void): void {
    if (this.#onWaiting === onWaiting) this.#onWaiting = undefined;
  }

  open(): void {
    this.#closedBy = undefined;
  }

  /**
   * Turns away what waits and what comes, until `open`.
   *
   * @param reason asked only when a call is turned away: most mailboxes close empty, and errors are dear
   */
  close(reason: () => ErrorRecord): void {
    this.#closedBy = reason;
    for (const call of this.take(this.#size)) this.#settleUnbegun(call, reason());
  }

  #append(call: WaitingCall): void {
    call.before = this.#last;
    call.after = undefined;
    if (this.#last) this.#last.after = call;
    else this.#first = call;
    this.#last = call;
    this.#size += 1;
  }

  #prepend(call: WaitingCall): void {
    if (call.event) {
      const key = coalesceKey(call.event);
      const later = this.#events.get(key);
      if (later?.event) {
        call.event = mergeEvents(call.event, later.event);
        this.#remove(later);
      }
      this.#events.set(key, call);
    }
    this.#listenForAbort(call);
    call.after = this.#first;
    call.before = undefined;
    if (this.#first) this.#first.before = call;
    else this.#last = call;
    this.#first = call;
    this.#size += 1;
  }

  #remove(call: WaitingCall): void {
    if (call.before) call.before.after = call.after;
    else this.#first = call.after;
    if (call.after) call.after.before = call.before;
    else this.#last = call.before;
    this.#size -= 1;
    if (call.event) this.#events.delete(coalesceKey(call.event));
    if (call.onAbort) {
      call.request.signal?.removeEventListener('abort', call.onAbort);
      call.onAbort = undefined;
    }
  }

  #listenForAbort(call: WaitingCall): void {
    const { signal } = call.request;
    if (!signal) return;
    call.onAbort = () => {
      this.#remove(call);
      this.#settleUnbegun(call, callAborted(call.request.export));
    };
    signal.addEventListener('abort', call.onAbort, { once: true });
  }

  #settleUnbegun(call: WaitingCall, error: ErrorRecord): void {
    if (call.event === undefined) call.settle(this.#rejection(error));
  }

  #turnAway(error: ErrorRecord): Promise<CallOutcome> {
    return Promise.resolve(this.#rejection(error));
  }

  #rejection(error: ErrorRecord): CallOutcome {
    this.#onRejected(error);
    return { outcome: 'rejected', error };
  }
}

function waitingCall(request: MailboxRequest, settle: (outcome: CallOutcome) => void): WaitingCall {
  return { request, settle, event: undefined, before: undefined, after: undefined, onAbort: undefined };
}

function ignoreOutcome(): void {}

function mailboxFull(capacity: number): ErrorRecord {
  return new SignalboxError('MAILBOX_FULL', `The mailbox is full: ${capacity} calls wait already`, {
    hint: 'Call more slowly, or raise limits.mailbox_calls of the entry',
    details: { limit: { name: 'mailbox_calls', reached: capacity + 1, allowed: capacity } },
  }).toRecord();
}

function callAborted(name: string): ErrorRecord {
  return new SignalboxError('CALL_ABORTED', `The call of "${name}" was aborted before it began`).toRecord();
}
