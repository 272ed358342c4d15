import { randomInt } from 'node:crypto';
import { SignalboxError, toErrorRecord } from '../../core/errors.ts';
import type { Digest, PluginId } from '../../core/ids.ts';
import type { InstanceSpec } from '../../ports/sandbox.ts';
import { Channel } from '../protocol/channel.ts';
import { encodeValue } from '../protocol/encode-value.ts';
import { isReport, type Message, ProtocolError } from '../protocol/messages.ts';
import type { CellDeath } from './cell-death.ts';
import type { CellHost } from './cell-host.ts';
import { type CellProgram, CellPrograms } from './cell-programs.ts';
import { GuestInstance } from './guest-instance.ts';
import { Heartbeat } from './heartbeat.ts';
import type { InstanceCell } from './instance-cell.ts';
import { LettingGo } from './letting-go.ts';

export interface CellOptions {
  readonly label: string;
  readonly host: CellHost;
  /** The bytes of a program, for a cell that does not have it yet. */
  readonly programBytes: (digest: Digest) => Promise<Uint8Array>;
  readonly onGone: (reason: string) => void;
  readonly onSuspect: (plugin: PluginId) => void;
  /** What its guest is told when the heap is full; absent where that is nobody's in particular. */
  readonly heapFull?: () => SignalboxError;
  /** Its instances announce every call. */
  readonly isSuspect: (plugin: PluginId) => boolean;
}

/** The broker's side of a cell: routes what it says to its instances, and kills it when it must. */
export class Cell implements InstanceCell {
  readonly label: string;
  readonly #options: CellOptions;
  readonly #channel: Channel;
  readonly #ready = Promise.withResolvers<void>();
  readonly #instances = new Map<number, GuestInstance>();
  /** Destroyed here and not yet there; what is still said of them is ignored. */
  readonly #leaving = new Map<number, LettingGo | undefined>();
  readonly #programs: CellPrograms;
  readonly #heartbeat: Heartbeat;
  #isReady = false;
  #starting = 0;
  #busy = 0;
  #isGone = false;

  constructor(options: CellOptions) {
    this.label = options.label;
    this.#options = options;
    this.#channel = new Channel(
      options.host.transport,
      {
        onMessage: (message) => this.#take(message),
        onBroken: (error) => this.kill(`it broke the protocol: ${error.message}`),
        onClose: () => void options.host.gone.then((death) => this.#end(death)),
      },
      'microtask',
    );
    this.#programs = new CellPrograms({
      programBytes: options.programBytes,
      channel: this.#channel,
      freshId: () => this.#freshId(),
    });
    this.#heartbeat = new Heartbeat({
      ping: () => this.#channel.send('ping', 0, 0),
      kill: (reason) => this.kill(reason),
      isReady: () => this.#isReady,
      isRunning: () => [...this.#instances.values()].some(({ isRunning }) => isRunning),
      isCongested: () => this.#channel.isCongested,
      unbegun: () => [...this.#instances.values()].flatMap(({ unbegun }) => unbegun ?? []),
    });
    this.#ready.promise.catch(() => {});
    void options.host.gone.then((death) => this.#end(death));
    this.#hold();
  }

  get tier(): string {
    return this.#options.host.tier;
  }

  /** A guest in it is about to prove that it does not stop: whoever comes now would go down with it. */
  get isDoubtful(): boolean {
    return [...this.#leaving.values()].some((lettingGo) => lettingGo !== undefined);
  }

  /** Instances, those under way included. */
  get load(): number {
    return this.#instances.size + this.#starting;
  }

  /** @throws `CELL_LOST`, what the guest's start gave, the signal's reason */
  async instantiate(spec: InstanceSpec, program: Digest, signal: AbortSignal): Promise<GuestInstance> {
    this.#starting += 1;
    this.#hold();
    let loaded: CellProgram;
    try {
      await this.#ready.promise;
      loaded = await this.#programs.use(program);
    } finally {
      this.#starting -= 1;
      this.#hold();
    }
    const instance = this.#start(spec, loaded);
    const abort = (): void => instance.end(toErrorRecord(signal.reason, 'CALL_ABORTED'), true);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await instance.ready;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  release(message: Message): void {
    this.#channel.release(message);
  }

  /** No instance is starting, has calls, or is on its way out. */
  get isQuiet(): boolean {
    return this.#busy === 0 && this.#leaving.size === 0;
  }

  setBusy(isBusy: boolean): void {
    this.#busy += isBusy ? 1 : -1;
  }

  suspect(plugin: PluginId): void {
    this.#options.onSuspect(plugin);
  }

  send(
    kind: 'call' | 'first-call' | 'cancel' | 'reply',
    instance: number,
    call: number,
    body?: Uint8Array,
  ): void {
    this.#channel.send(kind, instance, call, body);
  }

  drop(instance: number, isRunning: boolean): void {
    if (this.#isGone) return;
    this.#instances.delete(instance);
    this.#channel.send('destroy', instance, 0);
    this.#channel.flush();
    this.#leaving.set(instance, isRunning ? this.#lettingGo() : undefined);
    this.#hold();
  }

  #lettingGo(): LettingGo {
    return new LettingGo({
      processorMs: () => this.#options.host.processorMs(),
      onOverdue: () => this.kill('a guest in it did not stop'),
    });
  }

  /** Ends the cell. `guilty` has been told already; the others are told that they lost their cell. */
  kill(reason: string): void {
    this.#options.host.kill();
    this.#end({ reason, isHeapFull: false });
  }

  #start(spec: InstanceSpec, program: CellProgram): GuestInstance {
    if (this.#isGone) throw new SignalboxError('CELL_LOST', `Cell ${this.label} is gone`);
    const instance = new GuestInstance(this.#freshId(), this, spec);
    this.#instances.set(instance.id, instance);
    this.setBusy(true);
    void instance.ready.catch(() => {}).then(() => this.setBusy(false));
    this.#hold();
    void instance.closed.then(() => this.#programs.unuse(program));
    const { name, source } = spec.prepared.script ?? {};
    this.#channel.send(
      'instantiate',
      instance.id,
      0,
      encodeValue({
        program: program.id,
        maxBytes: instance.maxBytes,
        budgets: {
          memoryBytes: spec.limits.memory_bytes,
          fuelPerInit: spec.limits.fuel_per_init,
          fuelPerCall: spec.limits.fuel_per_call,
        },
        isExact: this.#options.isSuspect(spec.pluginId),
        ...(source !== undefined && { script: { name, source } }),
      }),
    );
    return instance;
  }

  /**
   * Drawn, not counted: a guest that took over its cell cannot name what lives in another, nor what will come. A program that
   * shares its number with an instance does no harm.
   */
  #freshId(): number {
    const id = randomInt(1, 2 ** 32);
    return this.#instances.has(id) || this.#leaving.has(id) ? this.#freshId() : id;
  }

  #take(message: Message): void {
    if (this.#isGone) return;
    const { kind, instance: id } = message;
    const instance = this.#instances.get(id);
    try {
      if (!isReport(kind)) throw new ProtocolError(`"${kind}" is not for a cell to say`);
      if (kind === 'ready' || kind === 'pong' || kind === 'destroyed') {
        this.#channel.release(message);
        this.#control(kind, id);
      } else if (instance) {
        this.#heartbeat.spoke();
        instance.take(message);
        if (kind === 'failed') this.#forget(instance);
      } else if (this.#leaving.has(id)) {
        this.#heartbeat.spoke();
        this.#channel.release(message);
      } else {
        throw new ProtocolError(`"${kind}" is about an instance that does not exist`);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const record = new SignalboxError(
        'CELL_BROKE_PROTOCOL',
        `Cell ${this.label} sent what the protocol forbids: ${error.message}`,
      );
      instance?.end(record.toRecord(), false);
      this.kill(`it broke the protocol: ${error.message}`);
    }
  }

  #control(kind: 'ready' | 'pong' | 'destroyed', id: number): void {
    switch (kind) {
      case 'ready':
        if (this.#isReady) throw new ProtocolError('it was ready twice');
        this.#isReady = true;
        this.#ready.resolve();
        return;
      case 'pong':
        this.#heartbeat.answered();
        return;
      case 'destroyed':
        if (!this.#leaving.has(id)) throw new ProtocolError('an instance was destroyed that was not to be');
        this.#leaving.get(id)?.[Symbol.dispose]();
        this.#leaving.delete(id);
        return;
    }
  }

  #forget(instance: GuestInstance): void {
    this.#instances.delete(instance.id);
    this.#hold();
  }

  /** A cell with guests keeps the host process alive, an idle one does not. */
  #hold(): void {
    this.#options.host.hold(this.load > 0);
  }

  #end({ reason, isHeapFull }: CellDeath): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#heartbeat[Symbol.dispose]();
    for (const lettingGo of this.#leaving.values()) lettingGo?.[Symbol.dispose]();
    this.#leaving.clear();
    this.#channel.close();
    const lost = new SignalboxError('CELL_LOST', `Cell ${this.label} is gone: ${reason}`, {
      details: { cell: this.label },
    });
    this.#ready.reject(lost);
    this.#options.onGone(reason);
    const told = (isHeapFull && this.#options.heapFull?.()) || lost;
    for (const instance of this.#instances.values()) instance.end(told.toRecord(), false);
    this.#instances.clear();
  }
}
