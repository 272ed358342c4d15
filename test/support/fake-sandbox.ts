import { type ErrorRecord, SignalboxError } from '../../src/core/errors.ts';
import type { Artifact } from '../../src/ports/artifacts.ts';
import type { HostImports } from '../../src/ports/host-imports.ts';
import type {
  CallOutcome,
  CallRequest,
  Instance,
  InstanceSpec,
  Prepared,
  Sandbox,
  Usage,
} from '../../src/ports/sandbox.ts';

/** A guest function: returns or resolves its value, throws a `Refusal` for a declared error, anything else traps. */
export type GuestFunction = (...args: readonly unknown[]) => unknown;

/** What a fake plugin is made of: made anew for each instance, as a guest's memory is. */
export type GuestCode = (imports: HostImports) => Readonly<Record<string, GuestFunction>>;

/** The error case of a guest's contract. */
export class Refusal extends Error {
  readonly error: unknown;

  constructor(error: unknown) {
    super('refused');
    this.error = error;
  }
}

/** What a guest function returns when it says what that took. */
export class Spending {
  readonly value: unknown;
  readonly usage: Usage;

  constructor(value: unknown, fuel: number) {
    this.value = value;
    this.usage = { fuel, cpuMs: fuel / 1_000, memoryBytes: 65_536 };
  }
}

/** Guests that are plain functions in this process. Keeps the promises of the `Sandbox` port that actors rely on. */
export class FakeSandbox implements Sandbox {
  /** Instances that were made and not closed, by plugin id. */
  readonly live: FakeInstance[] = [];
  instantiations = 0;
  preparations = 0;
  readonly #code: (digest: string) => GuestCode;

  constructor(code: (digest: string) => GuestCode) {
    this.#code = code;
  }

  async prepare({ digest, code, manifest }: Artifact, signal: AbortSignal): Promise<Prepared> {
    signal.throwIfAborted();
    this.preparations += 1;
    const exports = manifest.kind === 'script' ? [] : Object.keys(this.#code(digest)({}));
    return { digest, kind: manifest.kind, imports: code.kind === 'script' ? code.imports : [], exports };
  }

  async instantiate(spec: InstanceSpec, signal: AbortSignal): Promise<Instance> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.instantiations += 1;
    const instance = new FakeInstance(spec, this.#code(spec.prepared.digest)(spec.imports));
    this.live.push(instance);
    void instance.closed.then(() => this.live.splice(this.live.indexOf(instance), 1));
    return instance;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.live.map((instance) => instance.close()));
  }
}

export class FakeInstance implements Instance {
  readonly pluginId: string;
  readonly exports: readonly string[];
  readonly cell = 'fake#1';
  readonly tier = 'fake';
  readonly closed: Promise<ErrorRecord | undefined>;
  readonly #functions: Readonly<Record<string, GuestFunction>>;
  readonly #settleClosed: (error: ErrorRecord | undefined) => void;
  #gone: ErrorRecord | 'closed' | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor({ pluginId }: InstanceSpec, functions: Readonly<Record<string, GuestFunction>>) {
    const { promise, resolve } = Promise.withResolvers<ErrorRecord | undefined>();
    this.pluginId = pluginId;
    this.exports = Object.keys(functions);
    this.#functions = functions;
    this.closed = promise;
    this.#settleClosed = resolve;
  }

  callAll(requests: readonly CallRequest[]): readonly Promise<CallOutcome>[] {
    return requests.map((request) => {
      const outcome = this.#queue.then(() => this.#call(request));
      this.#queue = outcome;
      return outcome;
    });
  }

  /** The process under it dies: what is in flight fails, what waits was never begun. */
  kill(error: ErrorRecord = new SignalboxError('CELL_LOST', 'The cell was killed').toRecord()): void {
    this.#end(error, error);
  }

  async close(): Promise<void> {
    this.#end('closed', undefined);
  }

  async #call({ export: name, args }: CallRequest): Promise<CallOutcome> {
    if (this.#gone) return this.#unbegun();
    const guest = this.#functions[name];
    if (!guest) {
      const error = new SignalboxError('CALL_INVALID', `There is no export "${name}"`);
      return { outcome: 'rejected', error: error.toRecord() };
    }
    try {
      const lost = this.closed.then((): CallOutcome => ({ outcome: 'failed', error: this.#reason() }));
      const returned = Promise.resolve(guest(...args)).then(
        (value): CallOutcome =>
          value instanceof Spending ? { outcome: 'returned', ...value } : { outcome: 'returned', value },
      );
      return await Promise.race([returned, lost]);
    } catch (thrown) {
      if (thrown instanceof Refusal) return { outcome: 'refused', error: thrown.error };
      const error = thrown instanceof SignalboxError ? thrown.toRecord() : trapped(thrown);
      this.#end(error, error);
      return { outcome: 'failed', error };
    }
  }

  #end(gone: ErrorRecord | 'closed', error: ErrorRecord | undefined): void {
    if (this.#gone) return;
    this.#gone = gone;
    this.#settleClosed(error);
  }

  #reason(): ErrorRecord {
    if (this.#gone && this.#gone !== 'closed') return this.#gone;
    return new SignalboxError('CELL_LOST', 'The instance was closed').toRecord();
  }

  #unbegun(): CallOutcome {
    return { outcome: 'failed', error: { ...this.#reason(), details: { entered: false } } };
  }
}

function trapped(thrown: unknown): ErrorRecord {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SignalboxError('GUEST_TRAPPED', message, { details: { entered: true } }).toRecord();
}
