import type { ErrorRecord } from '../../core/errors.ts';
import { SignalboxError, toErrorRecord } from '../../core/errors.ts';
import type { Channel } from '../protocol/channel.ts';
import { decodeValue } from '../protocol/decode-value.ts';
import { encodeValue } from '../protocol/encode-value.ts';
import { errorValue } from '../protocol/error-value.ts';
import type { Message } from '../protocol/messages.ts';
import { encodeReport, usageBytes } from '../protocol/usage.ts';
import { ValueError } from '../protocol/value-format.ts';
import { AskedHost, tooLarge } from './asked-host.ts';
import type { CallEnd, GuestCode } from './call-end.ts';
import { instantiateComponent } from './component-code.ts';
import { importsOf, settledEnd } from './guest-imports.ts';
import { GuestMeter } from './guest-meter.ts';
import { GuestStack } from './guest-stack.ts';
import type { LoadedProgram } from './loaded-program.ts';
import { ProcessorTime } from './processor-time.ts';
import { instantiateScript, type Script } from './script-code.ts';
import {
  beginRun,
  endRun,
  isInRun,
  isShareOver,
  isTaken,
  leaveProcessor,
  mustWait,
  nextChance,
  rested,
  takeProcessor,
} from './turns.ts';
import type { Wasi } from './wasi/wasi.ts';

/** What an instance may use, in the units of `Limits`. */
export interface GuestBudgets {
  readonly memoryBytes: number;
  readonly fuelPerInit: number;
  readonly fuelPerCall: number;
}

/** Fewer calls than this that wait are each announced: few enough to be exact about. */
const minRunCalls = 4;

export interface GuestOptions {
  readonly id: number;
  readonly program: LoadedProgram;
  readonly script?: Script;
  /** Largest body of a message, either way. */
  readonly maxBytes: number;
  readonly budgets: GuestBudgets;
  /** Announces every call: its plugin died in a run of which nobody knows how far it had come. */
  readonly isExact: boolean;
  readonly channel: Channel;
  /** The instance may no longer be entered. */
  readonly onGone: () => void;
}

/** One instance: its queue, the one call in flight, and the host calls that wait for the broker. */
export class Guest {
  readonly #options: GuestOptions;
  readonly #queue: Message[] = [];
  readonly #hostCalls: AskedHost;
  readonly #stack = new GuestStack(() => this.#meter.beginLift());
  readonly #meter: GuestMeter;
  readonly #processor = new ProcessorTime();
  /** The call that runs, 0 for the instantiation. */
  #current = 0;
  #code: GuestCode | undefined;
  #wasi: Wasi | undefined;
  #isRunning = false;
  #isGone = false;

  constructor(options: GuestOptions) {
    this.#options = options;
    const { id, channel, maxBytes } = options;
    this.#hostCalls = new AskedHost({
      instance: id,
      channel,
      maxBytes,
      isGone: () => this.#isGone,
      doom: (error) => this.#doom(error),
      onWait: () => this.#leave(),
    });
    this.#meter = new GuestMeter(options.budgets.memoryBytes, (refuel) =>
      this.#stack.yieldFunction(
        () => refuel() && isShareOver(),
        () => this.#stepAside(),
      ),
    );
  }

  async instantiate(): Promise<void> {
    const { id, channel, program, script, budgets, maxBytes } = this.#options;
    while (mustWait()) await nextChance();
    if (this.#isGone) return;
    this.#take();
    if (!this.#announce(0)) await channel.drained();
    try {
      const { imports, wasi } = await importsOf(program.imports, this.#hostCalls, {
        maxBytes,
        fail: (error) => this.#doom(error),
      });
      this.#wasi = wasi;
      const confinement = { meter: this.#meter, stack: this.#stack };
      this.#meter.begin({ limit: 'fuel_per_init', fuel: budgets.fuelPerInit });
      const code = await (script
        ? instantiateScript(program, imports, confinement, script)
        : instantiateComponent(program, imports, confinement));
      await this.#wasi?.settle();
      if (this.#isGone) return;
      if (this.#meter.failure) throw this.#meter.failure;
      this.#code = code;
      channel.send('instantiated', id, 0, this.#encode(code.exports));
      channel.flush();
    } catch (thrown) {
      this.#wasi?.endLines();
      this.#fail(0, this.#blamed(toErrorRecord(thrown, 'GUEST_TRAPPED')));
    } finally {
      this.#leave();
    }
  }

  /** Takes a `call`, or a `first-call`, which the broker knows to be entered now. */
  enqueue(message: Message): void {
    this.#queue.push(message);
    if (!this.#isRunning) void this.#run();
  }

  /** Drops a call that was not entered. The broker has already answered for it. */
  cancel(call: number): void {
    const at = this.#queue.findIndex((queued) => queued.call === call);
    if (at >= 0) for (const dropped of this.#queue.splice(at, 1)) this.#release(dropped);
  }

  /** Takes the answer to a host call. */
  reply(message: Message): void {
    this.#hostCalls.answer(message, () => this.#processor.start());
  }

  /** The instance is never entered again; a stack that is suspended in a host call is left to the garbage collector. */
  destroy(): void {
    this.#isGone = true;
    this.#code = undefined;
    this.#hostCalls.forget();
    this.#leave();
    for (const dropped of this.#queue.splice(0)) this.#release(dropped);
  }

  #release(message: Message): void {
    this.#options.channel.release(message);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#code && this.#queue.length > 0) {
      const isKnown = this.#queue[0]?.kind === 'first-call';
      if (!isKnown) while (mustWait()) await nextChance();
      const next = this.#queue.shift();
      // Cancelled, or the guest destroyed, while it waited: nothing more is said of it.
      if (!next) break;
      this.#take();
      if (isKnown) endRun();
      else if (!this.#announce(next.call)) await this.#options.channel.drained();
      const ended = await this.#enter(next);
      this.#release(next);
      this.#leave();
      if (ended) this.#report(next.call, ended);
    }
    this.#isRunning = false;
    endRun();
    this.#options.channel.flush();
  }

  /** Nothing when the guest is destroyed before it answers. */
  async #enter({ call, body }: Message): Promise<CallEnd | undefined> {
    this.#current = call;
    const [exportName, args] = decodeValue(body) as readonly [string, readonly unknown[]];
    this.#meter.begin({ limit: 'fuel_per_call', fuel: this.#options.budgets.fuelPerCall });
    const called = await this.#code?.call(exportName, args);
    if (this.#isGone || !called) return undefined;
    const ended = this.#wasi ? await settledEnd(this.#wasi, called) : called;
    if (this.#isGone) return undefined;
    if (ended.end === 'failed') return { end: 'failed', error: this.#blamed(ended.error) };
    const { failure } = this.#meter;
    return failure && ended.end !== 'rejected' ? { end: 'failed', error: failure.toRecord() } : ended;
  }

  /** The limit the guest ran into, where it ran into one: that is why it failed, whatever it made of it. */
  #blamed(error: ErrorRecord): ErrorRecord {
    const cause = this.#meter.cause?.toRecord();
    return cause ? { ...cause, details: { ...error.details, ...cause.details } } : error;
  }

  #take(): void {
    takeProcessor(this);
    this.#processor.start();
  }

  #leave(): void {
    leaveProcessor(this);
    this.#processor.stop();
  }

  /** Lets others run while the guest, which has had its share, is suspended. */
  async #stepAside(): Promise<void> {
    this.#leave();
    do await rested();
    while (isTaken());
    // Destroyed meanwhile: its stack is left to the garbage collector.
    if (this.#isGone) await new Promise(() => {});
    this.#take();
  }

  /** A report of what the guest gave, and of what that took. */
  #encode(value: unknown): Uint8Array {
    const { fuelUsed, memoryBytes } = this.#meter;
    return encodeReport(value, { fuel: fuelUsed, cpuMs: this.#processor.takeMs(), memoryBytes });
  }

  /**
   * Says that the guest is about to run. Everything said so far is out before it does: it may be the last thing this
   * process does. Writing costs about as much as a small call, so that many calls in a row are announced as a run.
   * False when the broker has to give credit first.
   */
  #announce(call: number): boolean {
    const { id, channel, isExact } = this.#options;
    const isRun = !isExact && call !== 0 && this.#queue.length >= minRunCalls;
    if (isRun && isInRun(this)) return channel.isDrained;
    channel.send(isRun ? 'run' : 'entered', id, call);
    if (isRun) beginRun(this);
    else endRun();
    channel.flush();
    return channel.isDrained;
  }

  #report(call: number, ended: CallEnd): void {
    const { id, channel, maxBytes } = this.#options;
    switch (ended.end) {
      case 'returned':
      case 'refused': {
        const body = this.#bodyOf(call, ended.end === 'returned' ? ended.value : ended.error);
        if (!body) return;
        if (body.length <= maxBytes + usageBytes) channel.send(ended.end, id, call, body);
        else this.#fail(call, tooLarge('The result', body.length, maxBytes).toRecord());
        return;
      }
      case 'rejected':
        channel.send('rejected', id, call, encodeValue(errorValue(ended.error)));
        return;
      case 'failed':
        this.#fail(call, ended.error);
        return;
    }
  }

  #bodyOf(call: number, value: unknown): Uint8Array | undefined {
    try {
      return this.#encode(value);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.#fail(
        call,
        new SignalboxError(
          'MESSAGE_TOO_LARGE',
          `The result cannot leave the cell: ${error.message}`,
        ).toRecord(),
      );
      return undefined;
    }
  }

  #fail(call: number, error: ErrorRecord): void {
    if (this.#isGone) return;
    this.destroy();
    const { id, channel, onGone } = this.#options;
    channel.send('failed', id, call, this.#encode(errorValue(error)));
    channel.flush();
    onGone();
  }

  /**
   * The guest cannot go on, whatever it makes of the throw. jco's glue leaves the call hanging when an import without an error case
   * rejects, so the end does not come by way of the guest.
   */
  #doom(error: SignalboxError): void {
    const call = this.#current;
    queueMicrotask(() => {
      this.#wasi?.endLines();
      this.#fail(call, error.toRecord());
    });
  }
}
