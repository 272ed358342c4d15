import { ProtocolError } from '../protocol/messages.ts';

const beatMs = 2_000;
/** A cell that runs nothing and does not answer for three beats is stuck. */
const maxMissedBeats = 3;
/** A cell that runs nothing, and in three beats begins nothing of what it has, will not. */
const maxIdleBeats = 3;
/** A busy machine takes its time to start a process. */
const maxStartBeats = 15;
/** Longest that a guest may be kept waiting by the others of its cell, beyond the time its call may take itself. */
const queueingMs = 60_000;

/** What is first in line with a guest, and not begun. */
export interface Unbegun {
  readonly instance: number;
  /** 0 is its instantiation. */
  readonly call: number;
  readonly deadlineMs: number;
}

export interface HeartbeatOptions {
  readonly ping: () => void;
  readonly kill: (reason: string) => void;
  /** The cell has said that it is there. */
  readonly isReady: () => boolean;
  /** A guest is on the processor, as far as the cell has said. */
  readonly isRunning: () => boolean;
  /** Nothing of the cell's may get through before we have worked off what it sent. */
  readonly isCongested: () => boolean;
  readonly unbegun: () => readonly Unbegun[];
}

/**
 * Finds the cell that hangs, and the one that answers and does nothing: deadlines begin when a guest is entered, which a cell
 * that has fallen need never say.
 */
export class Heartbeat implements Disposable {
  readonly #options: HeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  #startBeats = 0;
  #missedBeats = 0;
  #idleBeats = 0;
  /** A beat is given and not answered; a cell that was busy answers late, and is forgiven. */
  #isOpen = false;
  #hasSpoken = false;
  /** By instance, how long what is first in line there has been waiting. */
  #waits = new Map<number, Unbegun & { readonly waitedMs: number }>();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#beat(), beatMs);
    this.#timer.unref();
  }

  /** The cell has said something of a guest. */
  spoke(): void {
    this.#hasSpoken = true;
  }

  /** @throws ProtocolError when no beat was given */
  answered(): void {
    if (!this.#isOpen) throw new ProtocolError('a beat was answered that was not given');
    this.#isOpen = false;
    this.#missedBeats = 0;
    // What it said before its answer has been heard: messages keep their order.
    const { isCongested, isRunning, kill, unbegun } = this.#options;
    const isIdle = !this.#hasSpoken && !isRunning() && !isCongested() && unbegun().length > 0;
    this.#idleBeats = isIdle ? this.#idleBeats + 1 : 0;
    this.#hasSpoken = false;
    if (this.#idleBeats >= maxIdleBeats) kill('it does not begin what it was given');
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const { isReady, isRunning, kill, ping } = this.#options;
    if (!isReady()) {
      this.#startBeats += 1;
      if (this.#startBeats > maxStartBeats) kill('it did not start');
      return;
    }
    if (this.#isAnyoneOverdue()) {
      kill('it kept a guest waiting for too long');
      return;
    }
    if (isRunning()) {
      this.#missedBeats = 0;
      return;
    }
    if (this.#missedBeats >= maxMissedBeats) {
      kill('it is stuck');
      return;
    }
    this.#missedBeats += 1;
    if (this.#isOpen) return;
    this.#isOpen = true;
    ping();
  }

  /** Time is counted in beats: a host that was busy itself does not hold that against its cells. */
  #isAnyoneOverdue(): boolean {
    this.#waits = new Map(
      this.#options.unbegun().map((unbegun) => {
        const before = this.#waits.get(unbegun.instance);
        const waitedMs = before?.call === unbegun.call ? before.waitedMs + beatMs : 0;
        return [unbegun.instance, { ...unbegun, waitedMs }];
      }),
    );
    return [...this.#waits.values()].some(({ deadlineMs, waitedMs }) => waitedMs > deadlineMs + queueingMs);
  }
}
