import { setImmediate as turn } from 'node:timers/promises';
import { closed, type InputStream } from '../wasi/streams.ts';
import type { WasiHost } from '../wasi/wasi-host.ts';
import { WitError } from '../wasi/wit-error.ts';

/** Bytes taken from a stream at a time. */
const portionBytes = 64 * 1024;

/** A stream of bytes the guest writes, as the glue hands it over. */
export interface GuestStream {
  read(options: { readonly count: number }): Promise<{ readonly value?: unknown; readonly done: boolean }>;
  [Symbol.dispose](): void;
}

/** A future the guest writes. Reading begins with `then`. */
export interface GuestFuture extends PromiseLike<{ readonly tag: 'ok' | 'err'; readonly val: unknown }> {
  /** Lets go of it, read or not: a guest that writes it waits until then. */
  [Symbol.dispose](): void;
}

/** A `future<result<_, error-code>>`: it never rejects, since a rejected one traps the guest that reads it. */
export type Result =
  | { readonly tag: 'ok'; readonly val: undefined }
  | { readonly tag: 'err'; readonly val: unknown };

export const ok: Result = { tag: 'ok', val: undefined };

/** The streams one instance writes and its host reads. */
export class GuestStreams {
  readonly #host: WasiHost;
  #portions = 0;
  #open = 0;

  constructor(host: WasiHost) {
    this.#host = host;
  }

  /** Takes all of a stream. @throws what `take` throws; the guest sees its stream dropped then */
  async drain(stream: GuestStream, take: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    this.#open += 1;
    try {
      for (;;) {
        this.#host.lift();
        const { value, done } = await stream.read({ count: portionBytes });
        this.#portions += 1;
        if (done) return;
        await take(bytesOf(value));
      }
    } finally {
      this.#open -= 1;
      stream[Symbol.dispose]();
    }
  }

  /** Takes what has been written so far. Streams stay open as long as the guest likes, and it writes with nobody waiting for the end of it. */
  async settle(): Promise<void> {
    let portions: number;
    do {
      portions = this.#portions;
      this.#host.poll();
      await turn();
    } while (this.#open > 0 && this.#portions > portions);
  }
}

/** The error case of what was done, as a value. @throws whatever is none of the interface's errors: the guest is gone then */
export async function settled(
  work: () => Promise<void>,
  errorOf: (payload: unknown) => unknown,
): Promise<Result> {
  try {
    await work();
    return ok;
  } catch (error) {
    if (!(error instanceof WitError)) throw error;
    return { tag: 'err', val: errorOf(error.payload) };
  }
}

/**
 * A stream of what `produce` yields, and how it ended.
 *
 * @param release what the guest may let go of before it has read any of it, or while it waits for more
 */
export function streamed<Item>(
  produce: () => AsyncGenerator<Item>,
  errorOf: (payload: unknown) => unknown,
  release: () => void = () => {},
): [AsyncIterableIterator<Item>, Promise<Result>] {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const items = produceTo(resolve, produce, errorOf);
  const stream: AsyncIterableIterator<Item> = {
    [Symbol.asyncIterator]: () => stream,
    next: () => items.next(),
    return: async () => {
      release();
      const end = await items.return(undefined);
      // A generator that was not begun has no `finally`.
      resolve(ok);
      return end;
    },
  };
  return [stream, promise];
}

async function* produceTo<Item>(
  tell: (end: Result) => void,
  produce: () => AsyncGenerator<Item>,
  errorOf: (payload: unknown) => unknown,
): AsyncGenerator<Item> {
  let end: Result = ok;
  try {
    yield* produce();
  } catch (error) {
    // The stream ends without it: the glue would make a trap of what is thrown here.
    if (!(error instanceof WitError)) throw error;
    end = { tag: 'err', val: errorOf(error.payload) };
  } finally {
    tell(end);
  }
}

/** What a stream of WASI 0.2 has, to its end. */
export async function* portionsOf(input: InputStream): AsyncGenerator<Uint8Array> {
  for (;;) {
    try {
      yield await input.blockingRead(BigInt(portionBytes));
    } catch (error) {
      if (error instanceof WitError && error.payload === closed) return;
      throw error;
    }
  }
}

/** A stream with nothing in it: there is no one at the other end. */
export async function* nothing(): AsyncGenerator<Uint8Array> {}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return Array.isArray(value) ? Uint8Array.from(value) : new Uint8Array(0);
}
