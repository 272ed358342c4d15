import type { WasiHost } from '../wasi/wasi-host.ts';
import { WitError } from '../wasi/wit-error.ts';

/** Bytes taken from a stream at a time. */
const portionBytes = 64 * 1024;

/** A stream of bytes the guest writes, as the glue hands it over. */
export interface GuestStream {
  read(options: { readonly count: number }): Promise<{ readonly value?: unknown; readonly done: boolean }>;
  [Symbol.dispose](): void;
}

/** A `future<result<_, error-code>>`: it never rejects, since a rejected one traps the guest that reads it. */
export type Result = { readonly tag: 'ok'; readonly val: undefined } | { readonly tag: 'err'; readonly val: unknown };

export const ok: Result = { tag: 'ok', val: undefined };

/** Takes all of a guest's stream. @throws what `take` throws; the guest sees its stream dropped then */
export async function drain(
  host: WasiHost,
  stream: GuestStream,
  take: (bytes: Uint8Array) => Promise<void> | void,
): Promise<void> {
  try {
    for (;;) {
      host.lift();
      const { value, done } = await stream.read({ count: portionBytes });
      if (done) return;
      await take(bytesOf(value));
    }
  } finally {
    stream[Symbol.dispose]();
  }
}

/** The error case of what was done, as a value. @throws whatever is none of the interface's errors: the guest is gone then */
export async function settled(work: () => Promise<void>, errorOf: (payload: unknown) => unknown): Promise<Result> {
  try {
    await work();
    return ok;
  } catch (error) {
    if (!(error instanceof WitError)) throw error;
    return { tag: 'err', val: errorOf(error.payload) };
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return Array.isArray(value) ? Uint8Array.from(value) : new Uint8Array(0);
}
