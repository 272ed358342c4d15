import type { ErrorRecord } from '../../core/errors.ts';
import { SignalboxError } from '../../core/errors.ts';
import type { Usage } from '../../ports/sandbox.ts';
import type { Channel } from '../protocol/channel.ts';
import { encodeValue } from '../protocol/encode-value.ts';
import { errorValue } from '../protocol/error-value.ts';
import { encodeReport, usageBytes } from '../protocol/usage.ts';
import { ValueError } from '../protocol/value-format.ts';
import type { CallEnd } from './call-end.ts';
import { tooLarge } from './guest-host-calls.ts';
import { beginRun, endRun, isInRun } from './turns.ts';

/** Fewer calls than this that wait are each announced: few enough to be exact about. */
const minRunCalls = 4;

interface ReportOptions {
  readonly id: number;
  readonly channel: Channel;
  /** Largest body of a message. */
  readonly maxBytes: number;
  /** Announces every call: its plugin died in a run of which nobody knows how far it had come. */
  readonly isExact: boolean;
}

/** What one guest says to its broker: that it is about to run, and how that ended. */
export class GuestReports {
  readonly #options: ReportOptions;
  readonly #usage: () => Usage;

  /** @param usage what the call that runs has used, told with its end */
  constructor(options: ReportOptions, usage: () => Usage) {
    this.#options = options;
    this.#usage = usage;
  }

  /**
   * Says that the guest is about to run. Everything said so far is out before it does: it may be the last thing this
   * process does. Writing costs about as much as a small call, so that many calls in a row are announced as a run.
   * False when the broker has to give credit first.
   *
   * @param waiting how many more calls there are
   */
  announce(call: number, waiting: number): boolean {
    const { id, channel, isExact } = this.#options;
    const isRun = !isExact && call !== 0 && waiting >= minRunCalls;
    if (isRun && isInRun(this)) return channel.isDrained;
    channel.send(isRun ? 'run' : 'entered', id, call);
    if (isRun) beginRun(this);
    else endRun();
    channel.flush();
    return channel.isDrained;
  }

  instantiated(exports: readonly string[]): void {
    const { id, channel } = this.#options;
    channel.send('instantiated', id, 0, encodeReport(exports, this.#usage()));
    channel.flush();
  }

  /** In a call, all tasks of the guest wait, or one goes on. */
  waiting(what: 'parked' | 'resumed'): void {
    const { id, channel } = this.#options;
    channel.send(what, id, 0);
    channel.flush();
  }

  /** @returns why that cannot be said, which fails the call */
  ended(call: number, ended: Exclude<CallEnd, { readonly end: 'failed' }>): ErrorRecord | undefined {
    const { id, channel, maxBytes } = this.#options;
    if (ended.end === 'rejected') {
      channel.send('rejected', id, call, encodeValue(errorValue(ended.error)));
      return undefined;
    }
    try {
      const body = encodeReport(ended.end === 'returned' ? ended.value : ended.error, this.#usage());
      if (body.length > maxBytes + usageBytes)
        return tooLarge('The result', body.length, maxBytes).toRecord();
      channel.send(ended.end, id, call, body);
      return undefined;
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const message = `The result cannot leave the cell: ${error.message}`;
      return new SignalboxError('MESSAGE_TOO_LARGE', message).toRecord();
    }
  }

  /** @returns says that the guest failed, with what it has used by now */
  failure(call: number, error: ErrorRecord): () => void {
    const { id, channel } = this.#options;
    // A copy: what ends the guest encodes values of its own. `slice` would give a view, what is encoded is a Buffer.
    const body = new Uint8Array(encodeReport(errorValue(error), this.#usage()));
    return () => {
      channel.send('failed', id, call, body);
      channel.flush();
    };
  }
}
