import type { Clock } from '../src/core/clock.ts';
import type { ErrorRecord } from '../src/core/errors.ts';
import { type LimitHit, limitHitOf } from '../src/permissions/limits.ts';
import type { CallOutcome, CallRequest, Instance, Usage } from '../src/ports/sandbox.ts';
import { FuelThrottle } from './fuel-throttle.ts';
import type { Mailbox, WaitingCall } from './mailbox.ts';

/**
 * Calls handed to the cell at once: many of quick ones, to hide the way there and back, few of slow ones, so that a pause comes
 * soon. A batch that was worked off sooner than `quickMs` lets the next be twice as large, one that took `slowMs` half.
 */
const batchSize = { first: 32, least: 4, most: 1_024 } as const;
const quickMs = 8;
const slowMs = 40;

/** Batches under way at once: while the cell works on one, the next is on its way. */
const maxBatches = 2;

/** How long nothing may wait before `idle` is told: a stream of single calls is one busy spell, not thousands. */
const idleAfterMs = 50;

/** What came of one batch. */
export interface BatchReport {
  readonly calls: number;
  readonly failed: number;
  readonly rejected: number;
  readonly durationMs: number;
  /** What all of them used together, and the memory after the last. */
  readonly usage: Usage;
  /** Limits that turned calls away; what ended the instance is told with its end. */
  readonly limits: readonly LimitHit[];
}

interface PumpInput {
  readonly instance: Instance;
  readonly mailbox: Mailbox;
  readonly clock: Clock;
  readonly callDeadlineMs: number;
  readonly fuelPerSecond: number;
  /** Turns a call away before the guest hears of it. */
  readonly refuse: (request: WaitingCall['request']) => CallOutcome | undefined;
  readonly onActivity: (activity: 'busy' | 'idle') => void;
  readonly onBatch: (report: BatchReport) => void;
  /** Calls have to wait for fuel, milliseconds. */
  readonly onThrottled: (waitMs: number) => void;
}

/**
 * Moves calls from a mailbox to an instance, in order, in batches, and settles each. After a crash the call in flight
 * has failed and those the guest never saw are back at the front of the mailbox.
 */
export class Pump {
  readonly #input: PumpInput;
  #isTaking = false;
  #isAlive = true;
  #isWoken = false;
  #abortedBy: ErrorRecord | undefined;
  #batchSize: number = batchSize.first;
  #underWay = 0;
  /** Of each batch since the pump was last at rest, in their order: the calls the guest never saw. */
  #unbegun: WaitingCall[][] = [];
  #rest = Promise.withResolvers<void>();
  #activity: 'busy' | 'idle' = 'idle';
  #idleTimer: unknown;
  readonly #throttle: FuelThrottle;
  #throttleTimer: unknown;

  constructor(input: PumpInput) {
    this.#input = input;
    this.#throttle = new FuelThrottle(input.fuelPerSecond, input.clock);
    this.#rest.resolve();
  }

  /** Begins, or goes on. */
  start(): void {
    this.#isTaking = true;
    this.#input.mailbox.listen(this.#wake);
    this.#wake();
  }

  /** Takes nothing more; resolves when what is under way has ended. */
  pause(): Promise<void> {
    this.#isTaking = false;
    this.#input.mailbox.unlisten(this.#wake);
    this.#input.clock.clearTimeout(this.#idleTimer);
    this.#input.clock.clearTimeout(this.#throttleTimer);
    this.#throttleTimer = undefined;
    this.#activity = 'idle';
    return this.#rest.promise;
  }

  /** Takes nothing more; what is in flight ends for this reason, whatever the instance says of it. */
  abort(reason: ErrorRecord): void {
    this.#abortedBy = reason;
    void this.pause();
  }

  readonly #wake = (): void => {
    if (this.#isWoken || !this.#canTake()) return;
    this.#isWoken = true;
    // Calls posted in the same turn travel in the first batch.
    queueMicrotask(() => {
      this.#isWoken = false;
      this.#send();
    });
  };

  #canTake(): boolean {
    return (
      this.#isTaking &&
      this.#isAlive &&
      this.#throttleTimer === undefined &&
      this.#underWay < maxBatches &&
      this.#input.mailbox.size > 0
    );
  }

  #send(): void {
    while (this.#canTake()) {
      if (this.#underWay === 0) this.#rest = Promise.withResolvers();
      this.#underWay += 1;
      this.#tell('busy');
      const unbegun: WaitingCall[] = [];
      this.#unbegun.push(unbegun);
      void this.#runBatch(unbegun).then(() => this.#ended());
    }
  }

  #ended(): void {
    this.#underWay -= 1;
    this.#send();
    if (this.#underWay > 0) return;
    const unbegun = this.#unbegun.flat();
    this.#unbegun = [];
    this.#input.mailbox.putBack(unbegun);
    this.#rest.resolve();
    if (this.#isTaking && this.#isAlive) this.#idleLater();
  }

  async #runBatch(unbegun: WaitingCall[]): Promise<void> {
    const { mailbox, instance, clock, onBatch } = this.#input;
    const taken = mailbox.take(this.#batchSize);
    const calls = taken.filter((call) => !this.#refused(call));
    const startedAt = clock.now();
    const outcomes = instance.callAll(calls.map((call) => this.#requestOf(call)));
    const used = { fuel: 0, cpuMs: 0, memoryBytes: 0 };
    const limits: LimitHit[] = [];
    let failed = 0;
    let rejected = taken.length - calls.length;
    for (const [index, call] of calls.entries()) {
      const outcome = await outcomes[index];
      if (outcome === undefined || isUnbegun(outcome)) {
        this.#isAlive = false;
        unbegun.push(call);
        continue;
      }
      if (outcome.outcome === 'failed') {
        this.#isAlive = false;
        failed += 1;
      }
      if (outcome.outcome === 'rejected') {
        rejected += 1;
        const hit = limitHitOf(outcome.error);
        if (hit) limits.push(hit);
      } else if (outcome.usage) add(used, outcome.usage);
      call.settle(
        outcome.outcome === 'failed' && this.#abortedBy ? { ...outcome, error: this.#abortedBy } : outcome,
      );
    }
    const durationMs = clock.now() - startedAt;
    this.#adapt(taken.length, durationMs);
    this.#spend(used.fuel);
    onBatch({ calls: calls.length - unbegun.length, failed, rejected, durationMs, usage: used, limits });
  }

  #spend(fuel: number): void {
    const { clock, onThrottled } = this.#input;
    this.#throttle.spend(fuel);
    const { waitMs } = this.#throttle;
    if (waitMs === 0 || !this.#isTaking || this.#throttleTimer !== undefined) return;
    onThrottled(waitMs);
    this.#throttleTimer = clock.setTimeout(() => {
      this.#throttleTimer = undefined;
      this.#send();
    }, waitMs);
  }

  #adapt(calls: number, durationMs: number): void {
    if (durationMs >= slowMs) this.#batchSize = Math.max(batchSize.least, Math.ceil(calls / 2));
    else if (durationMs < quickMs && calls === this.#batchSize)
      this.#batchSize = Math.min(batchSize.most, calls * 2);
  }

  #refused(call: WaitingCall): boolean {
    const refusal = this.#input.refuse(call.request);
    if (refusal) call.settle(refusal);
    return refusal !== undefined;
  }

  #requestOf({ request }: WaitingCall): CallRequest {
    const { callDeadlineMs } = this.#input;
    return {
      export: request.export,
      args: request.args,
      deadlineMs:
        request.deadlineMs === undefined ? callDeadlineMs : Math.min(request.deadlineMs, callDeadlineMs),
      ...(request.signal && { signal: request.signal }),
    };
  }

  #tell(activity: 'busy' | 'idle'): void {
    if (this.#activity === activity) return;
    this.#activity = activity;
    this.#input.onActivity(activity);
  }

  #idleLater(): void {
    const { clock } = this.#input;
    clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = clock.setTimeout(() => {
      if (this.#underWay === 0) this.#tell('idle');
    }, idleAfterMs);
  }
}

function add(sum: { fuel: number; cpuMs: number; memoryBytes: number }, usage: Usage): void {
  sum.fuel += usage.fuel;
  sum.cpuMs += usage.cpuMs;
  sum.memoryBytes = usage.memoryBytes;
}

/** The instance was gone before the guest heard of the call: it may be made again elsewhere. */
function isUnbegun(outcome: CallOutcome): boolean {
  return outcome.outcome === 'failed' && outcome.error.details?.['entered'] === false;
}
