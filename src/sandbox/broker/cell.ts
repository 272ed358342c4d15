import { SignalboxError, toErrorRecord } from '../../core/errors.ts';
import type { Digest, PluginId } from '../../core/ids.ts';
import type { InstanceSpec } from '../../ports/sandbox.ts';
import { Channel } from '../protocol/channel.ts';
import { encodeValue } from '../protocol/encode-value.ts';
import { isReport, type Message, ProtocolError, programPartBytes } from '../protocol/messages.ts';
import type { CellHost } from './cell-host.ts';
import { GuestInstance, type InstanceCell } from './guest-instance.ts';

/** How long a guest that was running may take to let go once it is destroyed; then its cell is killed. */
const letGoMs = 20;
/** A cell that runs nothing and does not answer for three beats is stuck. */
const heartbeatMs = 2_000;
const maxMissedBeats = 3;
/** Programs nobody uses that a cell keeps, for plugins that restart. */
const maxUnusedPrograms = 4;

export interface CellOptions {
  readonly label: string;
  readonly host: CellHost;
  /** The bytes of a program, for a cell that does not have it yet. */
  readonly programBytes: (digest: Digest) => Promise<Uint8Array>;
  readonly onGone: (reason: string) => void;
  readonly onSuspect: (plugin: PluginId) => void;
  /** Its instances announce every call. */
  readonly isSuspect: (plugin: PluginId) => boolean;
}

interface CellProgram {
  readonly id: number;
  readonly isSent: Promise<void>;
  uses: number;
}

/** The broker's side of a cell: routes what it says to its instances, and kills it when it must. */
export class Cell implements InstanceCell {
  readonly label: string;
  readonly #options: CellOptions;
  readonly #channel: Channel;
  readonly #ready = Promise.withResolvers<void>();
  readonly #instances = new Map<number, GuestInstance>();
  /** Destroyed here and not yet there; what is still said of them is ignored. */
  readonly #leaving = new Map<number, NodeJS.Timeout | undefined>();
  readonly #programs = new Map<Digest, CellProgram>();
  readonly #heartbeat: NodeJS.Timeout;
  #missedBeats = 0;
  /** A beat is given and not answered; a cell that was busy answers late, and is forgiven. */
  #isBeatOpen = false;
  #nextId = 1;
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
        onClose: () => void options.host.gone.then((reason) => this.#end(reason)),
      },
      'microtask',
    );
    this.#ready.promise.catch(() => {});
    void options.host.gone.then((reason) => this.#end(reason));
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#heartbeat.unref();
    this.#hold();
  }

  get tier(): string {
    return this.#options.host.tier;
  }

  /** A guest in it is about to prove that it does not stop: whoever comes now would go down with it. */
  get isDoubtful(): boolean {
    return [...this.#leaving.values()].some((timer) => timer !== undefined);
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
      loaded = await this.#use(program);
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

  drop(instance: GuestInstance, isRunning: boolean): void {
    if (this.#isGone) return;
    this.#instances.delete(instance.id);
    this.#channel.send('destroy', instance.id, 0);
    this.#channel.flush();
    const timer = isRunning ? setTimeout(() => this.kill('a guest in it did not stop'), letGoMs) : undefined;
    this.#leaving.set(instance.id, timer);
    this.#hold();
  }

  /** Ends the cell. `guilty` has been told already; the others are told that they lost their cell. */
  kill(reason: string): void {
    this.#options.host.kill();
    this.#end(reason);
  }

  #start(spec: InstanceSpec, program: CellProgram): GuestInstance {
    if (this.#isGone) throw new SignalboxError('CELL_LOST', `Cell ${this.label} is gone`);
    const instance = new GuestInstance(this.#nextId, this, spec);
    this.#nextId += 1;
    this.#instances.set(instance.id, instance);
    this.setBusy(true);
    void instance.ready.catch(() => {}).then(() => this.setBusy(false));
    this.#hold();
    void instance.closed.then(() => this.#unuse(program));
    const { name, source } = spec.prepared.script ?? {};
    this.#channel.send(
      'instantiate',
      instance.id,
      0,
      encodeValue({
        program: program.id,
        maxBytes: instance.maxBytes,
        isExact: this.#options.isSuspect(spec.pluginId),
        ...(source !== undefined && { script: { name, source } }),
      }),
    );
    return instance;
  }

  async #use(digest: Digest): Promise<CellProgram> {
    let program = this.#programs.get(digest);
    if (!program) {
      const id = this.#nextId;
      this.#nextId += 1;
      program = {
        id,
        uses: 0,
        isSent: this.#options.programBytes(digest).then((bytes) => this.#sendProgram(id, bytes)),
      };
      this.#programs.set(digest, program);
    }
    // Most recently used last: the first unused one is dropped first.
    this.#programs.delete(digest);
    this.#programs.set(digest, program);
    program.uses += 1;
    try {
      await program.isSent;
      return program;
    } catch (error) {
      this.#programs.delete(digest);
      throw error;
    }
  }

  #unuse(program: CellProgram): void {
    program.uses -= 1;
    const unused = [...this.#programs].filter(([, { uses }]) => uses === 0);
    for (const [digest, { id }] of unused.slice(0, Math.max(0, unused.length - maxUnusedPrograms))) {
      this.#programs.delete(digest);
      this.#channel.send('program-drop', id, 0);
    }
  }

  #sendProgram(id: number, bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += programPartBytes) {
      this.#channel.send('program-part', id, 0, bytes.subarray(start, start + programPartBytes));
    }
    this.#channel.send('program-end', id, 0);
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
        instance.take(message);
        if (kind === 'failed') this.#forget(instance);
      } else if (this.#leaving.has(id)) {
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
        this.#ready.resolve();
        return;
      case 'pong':
        if (!this.#isBeatOpen) throw new ProtocolError('a beat was answered that was not given');
        this.#isBeatOpen = false;
        this.#missedBeats = 0;
        return;
      case 'destroyed':
        if (!this.#leaving.has(id)) throw new ProtocolError('an instance was destroyed that was not to be');
        clearTimeout(this.#leaving.get(id));
        this.#leaving.delete(id);
        return;
    }
  }

  #forget(instance: GuestInstance): void {
    this.#instances.delete(instance.id);
    this.#hold();
  }

  #beat(): void {
    if ([...this.#instances.values()].some(({ isRunning }) => isRunning)) {
      this.#missedBeats = 0;
      return;
    }
    if (this.#missedBeats >= maxMissedBeats) {
      this.kill('it is stuck');
      return;
    }
    this.#missedBeats += 1;
    if (this.#isBeatOpen) return;
    this.#isBeatOpen = true;
    this.#channel.send('ping', 0, 0);
  }

  /** A cell with guests keeps the host process alive, an idle one does not. */
  #hold(): void {
    this.#options.host.hold(this.load > 0);
  }

  #end(reason: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearInterval(this.#heartbeat);
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
    this.#channel.close();
    const lost = new SignalboxError('CELL_LOST', `Cell ${this.label} is gone: ${reason}`, {
      details: { cell: this.label },
    });
    this.#ready.reject(lost);
    this.#options.onGone(reason);
    for (const instance of this.#instances.values()) instance.end(lost.toRecord(), false);
    this.#instances.clear();
  }
}
