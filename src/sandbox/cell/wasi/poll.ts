import { SignalboxError } from '../../../core/errors.ts';
import { wasiSupport } from '../../../core/wasi.ts';
import { Resource, type ResourceNumbers } from './resource.ts';
import type { WasiHost } from './wasi-host.ts';
import { limitReached } from './wit-error.ts';

/** Pollables one `poll` may name. */
const maxPolled = 256;

/** Something a guest can wait for. */
export interface Readiness {
  isReady(): boolean;
  /** Resolves when it is worth asking again; absent for what only time brings. */
  changed?(): Promise<unknown>;
  /** When time brings it, on the monotonic clock. */
  readonly atNanos?: bigint;
}

export const alwaysReady: Readiness = { isReady: () => true };

export class Pollable extends Resource {
  readonly readiness: Readiness;
  readonly #waiting: Waiting;

  constructor(numbers: ResourceNumbers, waiting: Waiting, readiness: Readiness) {
    super(numbers);
    this.#waiting = waiting;
    this.readiness = readiness;
  }

  ready(): boolean {
    return this.readiness.isReady();
  }

  async block(): Promise<void> {
    await this.#waiting.forOne([this.readiness]);
  }
}

/** Waits of one instance. Each is a host call, so that its broker knows that the guest does not run. */
export class Waiting {
  readonly #host: WasiHost;
  readonly #nowNanos: () => bigint;

  constructor(host: WasiHost, nowNanos: () => bigint) {
    this.#host = host;
    this.#nowNanos = nowNanos;
  }

  /** Ends the instance; gives the error back, to be thrown. */
  fail(error: SignalboxError): SignalboxError {
    this.#host.fail(error);
    return error;
  }

  /** Resolves when one of them is ready. */
  async forOne(readinesses: readonly Readiness[]): Promise<void> {
    while (!readinesses.some((readiness) => readiness.isReady())) await this.#once(readinesses);
  }

  async #once(readinesses: readonly Readiness[]): Promise<void> {
    const changes = readinesses.flatMap((readiness) => readiness.changed?.() ?? []);
    const waited = this.#host.call(wasiSupport, 'wait', [this.#waitMs(readinesses)]);
    if (changes.length === 0) {
      await waited;
      return;
    }
    const isOver = waited.then(() => true);
    const isChanged = Promise.race(changes).then(
      () => false,
      () => false,
    );
    if (await Promise.race([isOver, isChanged])) return;
    this.#host.tell(wasiSupport, 'wake', []);
    await waited;
  }

  /** Until the first that time brings, in milliseconds; undefined when there is none. */
  #waitMs(readinesses: readonly Readiness[]): number | undefined {
    const now = this.#nowNanos();
    const waits = readinesses.flatMap(({ atNanos }) => (atNanos === undefined ? [] : atNanos - now));
    if (waits.length === 0) return undefined;
    return Math.max(0, Math.ceil(Math.min(...waits.map(Number)) / 1e6));
  }
}

export function pollImports(waiting: Waiting) {
  return {
    'wasi:io/poll': {
      Pollable,
      /** Indices of those that are ready, at least one. */
      poll: async (pollables: readonly Pollable[]): Promise<Uint32Array> => {
        if (pollables.length > maxPolled)
          throw waiting.fail(limitReached('pollables', pollables.length, maxPolled));
        if (pollables.length === 0) {
          throw waiting.fail(new SignalboxError('GUEST_TRAPPED', 'The guest polls an empty list'));
        }
        const readinesses = pollables.map(({ readiness }) => readiness);
        await waiting.forOne(readinesses);
        return Uint32Array.from(readinesses.flatMap((readiness, at) => (readiness.isReady() ? at : [])));
      },
    },
  };
}
