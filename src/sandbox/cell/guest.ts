import type { ErrorRecord } from '../../core/errors.ts';
import { type SignalboxError, toErrorRecord } from '../../core/errors.ts';
import type { Channel } from '../protocol/channel.ts';
import { decodeValue } from '../protocol/decode-value.ts';
import type { Message } from '../protocol/messages.ts';
import type { CallEnd, GuestCode } from './call-end.ts';
import { instantiateComponent } from './component-code.ts';
import { GlueTimers } from './glue-timers.ts';
import { GuestHostCalls } from './guest-host-calls.ts';
import { importsOf, settled } from './guest-imports.ts';
import { GuestLift } from './guest-lift.ts';
import { GuestMeter } from './guest-meter.ts';
import { GuestProcessor } from './guest-processor.ts';
import { GuestReports } from './guest-reports.ts';
import { GuestStack } from './guest-stack.ts';
import { GuestTasks } from './guest-tasks.ts';
import type { LoadedProgram } from './loaded-program.ts';
import { Parking } from './parking.ts';
import { instantiateScript, type Script } from './script-code.ts';
import { endRun, isShareOver, mustWait, nextChance } from './turns.ts';
import type { Wasi } from './wasi/wasi.ts';
import type { WasiHost } from './wasi/wasi-host.ts';

/** What an instance may use, in the units of `Limits`. */
export interface GuestBudgets {
  readonly memoryBytes: number;
  readonly fuelPerInit: number;
  readonly fuelPerCall: number;
}

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
  readonly #hostCalls: GuestHostCalls;
  readonly #tasks = new GuestTasks({
    busy: () => this.#busy(),
    still: () => this.#timers.poll(),
    idle: () => this.#idle(),
  });
  readonly #timers = new GlueTimers();
  readonly #stack = new GuestStack({
    lift: (what) => this.#meter.lift.begin(what),
    entered: () => this.#tasks.entered(),
    left: () => this.#tasks.left(),
    pause: () => this.#tasks.pause(),
  });
  readonly #meter: GuestMeter;
  readonly #processor = new GuestProcessor(() => this.#isGone);
  readonly #reports: GuestReports;
  readonly #parking: Parking;
  /** The call that runs, 0 for the instantiation. */
  #current = 0;
  /** What it came with, until that is worked off. */
  #entered: Message | undefined;
  #code: GuestCode | undefined;
  #wasi: Wasi | undefined;
  #isRunning = false;
  #isGone = false;

  constructor(options: GuestOptions) {
    this.#options = options;
    this.#hostCalls = new GuestHostCalls({
      ...options,
      waits: () => this.#processor.leave(),
      fail: (error) => this.#doom(error),
    });
    this.#parking = new Parking((what) => this.#reports.waiting(what));
    const { maxBytes: messageBytes, budgets } = options;
    this.#meter = new GuestMeter({ memoryBytes: budgets.memoryBytes, messageBytes }, (refuel) =>
      this.#stack.yieldFunction(
        (isSuspendable) => refuel(isSuspendable) && isShareOver(),
        () => this.#stepAside(),
      ),
    );
    this.#reports = new GuestReports(options, () => ({
      fuel: this.#meter.fuelUsed,
      cpuMs: this.#processor.takeMs(),
      memoryBytes: this.#meter.memoryBytes,
    }));
  }

  async instantiate(): Promise<void> {
    const { channel, program, script, budgets } = this.#options;
    while (mustWait()) await nextChance();
    if (this.#isGone) return;
    this.#processor.take();
    if (!this.#reports.announce(0, 0)) await channel.drained();
    try {
      const compiling = program.compile();
      if (compiling && !(await this.#processor.takeAgainAfter(compiling))) return;
      const { imports, wasi } = await importsOf(program.imports, this.#wasiHost());
      this.#wasi = wasi;
      // Destroyed while it waited: it must not begin, for nothing would unwind it.
      if (this.#isGone) return;
      const confinement = {
        meter: this.#meter,
        lift: new GuestLift(this.#meter.lift, this.#processor, this.#tasks, this.#stack),
        stack: this.#stack,
        tasks: this.#tasks,
        timers: this.#timers,
      };
      this.#meter.begin({ limit: 'fuel_per_init', fuel: budgets.fuelPerInit });
      // The glue reads texts while it begins: not on the account of whoever was read last.
      this.#meter.lift.begin('arguments');
      const code = await (script
        ? instantiateScript(program, imports, confinement, script)
        : instantiateComponent(program, imports, confinement));
      await this.#wasi?.settle();
      if (this.#isGone) return;
      if (this.#meter.failure) throw this.#meter.failure;
      this.#code = code;
      this.#reports.instantiated(code.exports);
    } catch (thrown) {
      this.#wasi?.endLines();
      this.#fail(0, this.#blamed(toErrorRecord(thrown, 'GUEST_TRAPPED')));
    } finally {
      this.#processor.leave();
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
    if (!this.#hostCalls.reply(message)) return;
    if (this.#tasks.areAny) setImmediate(() => this.#timers.poll());
    else this.#processor.resume();
  }

  /** The instance is never entered again; a stack that is suspended in a host call, or had its share, comes to its end without fuel. */
  destroy(): void {
    this.#isGone = true;
    this.#code = undefined;
    this.#hostCalls.end();
    this.#timers.end();
    this.#parking[Symbol.dispose]();
    this.#processor.leave();
    this.#releaseEntered();
    for (const dropped of this.#queue.splice(0)) this.#release(dropped);
    this.#meter.end();
    this.#stack.unwind();
  }

  #releaseEntered(): void {
    if (this.#entered) this.#release(this.#entered);
    this.#entered = undefined;
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
      this.#processor.take();
      if (isKnown) endRun();
      else if (!this.#reports.announce(next.call, this.#queue.length)) await this.#options.channel.drained();
      this.#entered = next;
      const ended = await this.#enter(next);
      this.#releaseEntered();
      this.#processor.leave();
      this.#parking.end();
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
    const called = await this.#endTasks(await this.#code?.call(exportName, args));
    if (this.#isGone || !called) return undefined;
    const ended = this.#wasi ? await settled(this.#wasi, called) : called;
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

  #busy(): void {
    this.#parking.end();
    this.#processor.takeIfFree();
  }

  /** Its tasks wait. */
  #idle(): void {
    this.#processor.leave();
    // Outside of a call nothing waits for it.
    if (this.#isGone || !this.#entered || (this.#hostCalls.underWay === 0 && this.#tasks.rest())) return;
    this.#parking.begin();
  }

  /** The guest has had its share, and is suspended. */
  async #stepAside(): Promise<void> {
    if (await this.#processor.stepAside()) this.#meter.resumed();
  }

  #report(call: number, ended: CallEnd): void {
    const problem = ended.end === 'failed' ? ended.error : this.#reports.ended(call, ended);
    if (problem) this.#fail(call, problem);
  }

  #fail(call: number, error: ErrorRecord): void {
    if (this.#isGone) return;
    const tell = this.#reports.failure(call, error);
    this.destroy();
    tell();
    this.#options.onGone();
  }

  /** A task may give its result and go on, and start others: the call lasts as long as something of the guest may run, within its deadline. */
  async #endTasks(called: CallEnd | undefined): Promise<CallEnd | undefined> {
    if (!this.#tasks.areAny || called?.end === 'failed') return called;
    try {
      await this.#tasks.over();
      return called;
    } catch (thrown) {
      return { end: 'failed', error: toErrorRecord(thrown, 'GUEST_TRAPPED') };
    }
  }

  #wasiHost(): WasiHost {
    const hostCalls = this.#hostCalls;
    return {
      maxBytes: this.#options.maxBytes,
      call: (name, fn, args) => this.#callHost(name, fn, args),
      start: (name, fn, args) => this.#callHost(name, fn, args, true),
      tell: (name, fn, args) => hostCalls.tell(name, fn, args),
      get isBehind() {
        return hostCalls.isBehind;
      },
      fail: (error) => this.#doom(error),
      lift: () => this.#meter.lift.begin('arguments'),
      poll: () => this.#timers.poll(),
    };
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

  /** @param isAside the guest goes on meanwhile, as one with tasks always does */
  #callHost(interfaceName: string, fn: string, args: readonly unknown[], isAside = false): Promise<unknown> {
    return this.#hostCalls.call(interfaceName, fn, args, isAside || this.#tasks.areAny);
  }
}
