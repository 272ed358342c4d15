import { fromCallback } from 'xstate';
import { toConfigData } from '../src/config/config-data.ts';
import type { PluginEntry } from '../src/config/document.ts';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../src/core/errors.ts';
import { limitHitOf } from '../src/permissions/limits.ts';
import type { HostEvent, Wiring } from '../src/ports/capabilities.ts';
import type { Instance, Prepared } from '../src/ports/sandbox.ts';
import { Guest } from './guest.ts';
import type { LoadPlan } from './load-plan.ts';
import { eventExport } from './mailbox.ts';
import type { ActorPorts } from './ports.ts';
import type { Pump } from './pump.ts';
import { Service } from './service.ts';
import { servingPump } from './serving-pump.ts';

export interface SessionInput {
  readonly plan: LoadPlan;
  readonly prepared: Prepared;
}

/** What a session is told. Commands are obeyed one after the other. */
export type SessionCommand =
  | { readonly type: 'session.restore'; readonly snapshot: Uint8Array }
  | { readonly type: 'session.serve' }
  | { readonly type: 'session.pause'; readonly takesSnapshot: boolean }
  | { readonly type: 'session.configure'; readonly entry: PluginEntry }
  | { readonly type: 'session.close' }
  /** Obeyed at once, before what was commanded earlier. */
  | { readonly type: 'session.revoke'; readonly error: ErrorRecord };

/** What a session tells. After `session.failed` and `session.closed` nothing follows. */
export type SessionEvent =
  | {
      readonly type: 'session.instantiated';
      readonly exports: readonly string[];
      readonly cell: string;
      readonly tier: string;
    }
  | { readonly type: 'session.initialized' }
  | { readonly type: 'session.restored' }
  /** `error`: it does not give what it knows, and could go on serving. */
  | { readonly type: 'session.paused'; readonly snapshot?: Uint8Array; readonly error?: ErrorRecord }
  | { readonly type: 'session.configured'; readonly entry: PluginEntry; readonly error?: ErrorRecord }
  | { readonly type: 'session.busy' }
  | { readonly type: 'session.idle' }
  | { readonly type: 'session.failed'; readonly error: ErrorRecord }
  | { readonly type: 'session.closed' };

/** The life of one instance, from instantiation to its end. Owns the instance and its wiring; both go with the actor. */
export function createSession(ports: ActorPorts) {
  return fromCallback<SessionCommand, SessionInput>(({ input, sendBack, receive }) => {
    const session = new Session(ports, input, sendBack);
    receive((command) => session.obey(command));
    return () => session.abandon();
  });
}

/** What there is once the sandbox has instantiated. */
interface Live {
  readonly instance: Instance;
  readonly guest: Guest;
  readonly pump: Pump;
}

class Session {
  readonly #ports: ActorPorts;
  readonly #plan: LoadPlan;
  readonly #sendBack: (event: SessionEvent) => void;
  readonly #service: Service;
  readonly #wiring: Wiring;
  readonly #abandoned = new AbortController();
  readonly #starting: Promise<Live>;
  /** The last word on whether to serve: earlier ones are not obeyed, or not answered, any more. */
  #wanted: SessionCommand | undefined;
  #work: Promise<unknown> = Promise.resolve();

  constructor(ports: ActorPorts, { plan, prepared }: SessionInput, sendBack: (event: SessionEvent) => void) {
    const { entry, baseFolder } = plan.assignment;
    this.#ports = ports;
    this.#plan = plan;
    this.#sendBack = sendBack;
    this.#service = new Service({
      mailbox: ports.mailboxes.of(entry.id),
      clock: ports.clock,
      tickMs: plan.artifact.manifest.tick_ms,
    });
    this.#wiring = ports.capabilities.wire({
      entry,
      baseFolder,
      permissions: plan.permissions,
      leased: plan.leased,
      limits: plan.limits,
      kind: prepared.kind,
      imports: prepared.imports,
      deliver: (event) => this.#service.deliver(event),
    });
    const startedAt = ports.clock.now();
    this.#starting = this.#instantiate(prepared);
    this.#next((live) => this.#initialize(live, startedAt));
  }

  obey(command: SessionCommand): void {
    if (command.type === 'session.revoke') {
      void this.#revoke(command.error);
      return;
    }
    if (decidesService(command)) this.#wanted = command;
    this.#next((live) => this.#run(command, live));
  }

  /** Ends at once, whatever is going on; tells nobody. */
  abandon(): void {
    if (!this.#service.end()) return;
    this.#abandoned.abort();
    void this.#release();
  }

  /**
   * After all that was to be done before; nothing, once the session has ended. One that ends while work awaits something lets it go on: the
   * service does not start again, the instance takes no more calls, and nobody is told.
   */
  #next(work: (live: Live) => Promise<void> | void): void {
    this.#work = this.#work
      .then(async () => {
        const live = await this.#starting;
        if (!this.#service.isEnded) await work(live);
      })
      .catch((thrown: unknown) => this.#fail(toErrorRecord(thrown)));
  }

  async #instantiate(prepared: Prepared): Promise<Live> {
    const { assignment, limits } = this.#plan;
    const { id, isolation } = assignment.entry;
    const spec = { pluginId: id, prepared, isolation, limits, imports: this.#wiring.imports };
    const instance = await this.#ports.sandbox.instantiate(spec, this.#abandoned.signal);
    const pump = servingPump(this.#ports, this.#plan, instance, (activity) =>
      this.#tell({ type: activity === 'busy' ? 'session.busy' : 'session.idle' }),
    );
    void instance.closed.then((error) => this.#lost(pump, error));
    return { instance, pump, guest: new Guest(id, instance, limits.call_deadline_ms) };
  }

  async #initialize({ instance, guest }: Live, startedAt: number): Promise<void> {
    this.#tell({
      type: 'session.instantiated',
      exports: instance.exports,
      cell: instance.cell,
      tier: instance.tier,
    });
    if (guest.has('lifecycle.init')) {
      const { assignment, limits } = this.#plan;
      const leftMs = limits.init_deadline_ms - (this.#ports.clock.now() - startedAt);
      await guest.ask('lifecycle.init', [toConfigData(assignment.entry.config)], Math.max(1, leftMs));
    }
    this.#tell({ type: 'session.initialized' });
  }

  async #run(command: Exclude<SessionCommand, { type: 'session.revoke' }>, live: Live): Promise<void> {
    switch (command.type) {
      case 'session.restore':
        await live.guest.ask('state.restore', [command.snapshot]);
        return this.#tell({ type: 'session.restored' });
      case 'session.serve':
        return this.#wanted === command ? this.#serve(live) : undefined;
      case 'session.pause':
        return this.#pause(live, command);
      case 'session.configure':
        return this.#configure(live, command.entry);
      case 'session.close':
        return this.#close(live);
    }
  }

  #serve({ pump, guest }: Live): void {
    this.#service.start(pump, guest.has(eventExport));
  }

  async #pause(live: Live, command: Extract<SessionCommand, { type: 'session.pause' }>): Promise<void> {
    await this.#service.standBy(live.pump);
    if (this.#wanted !== command) return;
    const snapshot = command.takesSnapshot ? await live.guest.snapshot() : {};
    if (this.#wanted === command) this.#tell({ type: 'session.paused', ...snapshot });
  }

  /** Between two batches, ahead of what waits: the calls that follow see the new config. */
  async #configure(live: Live, entry: PluginEntry): Promise<void> {
    await this.#service.standBy(live.pump);
    this.#wiring.updateConfig(entry);
    const update = { tag: 'config-updated', val: toConfigData(entry.config) } satisfies HostEvent;
    const outcome = await live.guest.call(eventExport, [update]);
    if (outcome.outcome === 'failed') return;
    if (this.#wanted?.type === 'session.serve') this.#serve(live);
    const error =
      outcome.outcome === 'returned' ? undefined : live.guest.errorOf(outcome, 'its new config').toRecord();
    this.#tell({ type: 'session.configured', entry, ...(error && { error }) });
  }

  async #close(live: Live): Promise<void> {
    await this.#service.standBy(live.pump);
    if (live.guest.has('lifecycle.shutdown')) await live.guest.call('lifecycle.shutdown', []);
    if (!this.#service.end()) return;
    await this.#release();
    this.#sendBack({ type: 'session.closed' });
  }

  /** Whatever else ends it at the same time tells of it. */
  async #revoke(reason: ErrorRecord): Promise<void> {
    if (!this.#service.end()) return;
    this.#abandoned.abort();
    await this.#release(reason);
    this.#sendBack({ type: 'session.closed' });
  }

  /** The instance is gone. What it had begun is settled, and what it had not is back, before anybody hears of it. */
  async #lost(pump: Pump, error: ErrorRecord | undefined): Promise<void> {
    await pump.pause();
    this.#fail(error ?? new SignalboxError('CELL_LOST', 'The instance was closed from outside').toRecord());
  }

  #tell(event: SessionEvent): void {
    if (!this.#service.isEnded) this.#sendBack(event);
  }

  #fail(error: ErrorRecord): void {
    const hit = limitHitOf(error);
    if (hit && !this.#service.isEnded) this.#ports.counters.limit(this.#plan.assignment.entry.id, hit);
    this.#tell({ type: 'session.failed', error });
    this.abandon();
  }

  /** Lets go of everything; what refuses does not keep the rest. Calls in flight end for `reason`, where there is one. */
  async #release(reason?: ErrorRecord): Promise<void> {
    const closing = this.#starting.then(async ({ pump, instance }) => {
      if (reason) pump.abort(reason);
      else void pump.pause();
      await instance.close();
    });
    await Promise.allSettled([closing, this.#wiring[Symbol.asyncDispose]()]);
  }
}

function decidesService({ type }: SessionCommand): boolean {
  return type === 'session.serve' || type === 'session.pause' || type === 'session.close';
}
