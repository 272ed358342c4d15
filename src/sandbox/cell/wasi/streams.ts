import { alwaysReady, Pollable, type Readiness, type Waiting } from './poll.ts';
import { Resource, type ResourceNumbers } from './resource.ts';
import type { Ask, WasiHost } from './wasi-host.ts';
import { WitError } from './wit-error.ts';

/** Longest answer to one read, whatever the guest asks for. */
const maxReadBytes = 1024 * 1024;
const maxZeroes = 64 * 1024;

/** Where the bytes of an input stream come from. */
export interface Source {
  /** What there is without waiting, at most `length` bytes; `closed` behind the last. @throws WitError of a stream */
  take(length: number): Uint8Array | 'closed';
  /** Whether `take` has something to say: bytes, the end or an error. */
  isReady(): boolean;
  /** Sees to it that `take` has. */
  fill(ask: Ask): Promise<void>;
  close?(): void;
}

/** Where the bytes of an output stream go. */
export interface Sink {
  /** Bytes that `write` takes now. @throws WitError of a stream when it takes none ever again */
  room(): number;
  write(bytes: Uint8Array): void;
  /** Resolves when all that was written has arrived. @throws WitError of a stream */
  flush(ask: Ask): Promise<void>;
  close?(): void;
}

/** `wasi:io/error`: why a stream failed. */
export class IoError extends Resource {
  readonly #message: string;
  /** In the words of the interface the stream comes from. */
  readonly code: unknown;

  constructor(numbers: ResourceNumbers, message: string, code?: unknown) {
    super(numbers);
    this.#message = message;
    this.code = code;
  }

  toDebugString(): string {
    return this.#message;
  }
}

/** What the streams of one instance share. */
export interface StreamContext {
  readonly numbers: ResourceNumbers;
  readonly waiting: Waiting;
  readonly host: WasiHost;
}

export const closed = { tag: 'closed' } as const;

export function streamFailure({ numbers }: StreamContext, message: string, code?: unknown): WitError {
  return new WitError({ tag: 'last-operation-failed', val: new IoError(numbers, message, code) });
}

export class InputStream extends Resource {
  readonly #context: StreamContext;
  readonly #source: Source;

  constructor(context: StreamContext, source: Source) {
    super(context.numbers);
    this.#context = context;
    this.#source = source;
  }

  read(length: bigint): Uint8Array {
    const bytes = this.#source.take(bounded(length));
    if (bytes === 'closed') throw new WitError(closed);
    return bytes;
  }

  async blockingRead(length: bigint): Promise<Uint8Array> {
    if (length === 0n) return this.read(0n);
    for (;;) {
      const bytes = this.read(length);
      if (bytes.length > 0) return bytes;
      await this.#source.fill(this.#context.host.call);
    }
  }

  skip(length: bigint): bigint {
    return BigInt(this.read(length).length);
  }

  async blockingSkip(length: bigint): Promise<bigint> {
    return BigInt((await this.blockingRead(length)).length);
  }

  subscribe(): Pollable {
    const { numbers, waiting, host } = this.#context;
    const source = this.#source;
    return new Pollable(numbers, waiting, {
      isReady: () => source.isReady(),
      changed: () => source.fill(host.start),
    });
  }

  override [Symbol.dispose](): void {
    this.#source.close?.();
    super[Symbol.dispose]();
  }
}

export class OutputStream extends Resource {
  readonly #context: StreamContext;
  readonly #sink: Sink;

  constructor(context: StreamContext, sink: Sink) {
    super(context.numbers);
    this.#context = context;
    this.#sink = sink;
  }

  checkWrite(): bigint {
    return BigInt(this.#sink.room());
  }

  write(bytes: Uint8Array): void {
    const room = this.#sink.room();
    // The contract of `check-write`: more than was permitted is a trap.
    if (bytes.length > room) throw new RangeError(`${bytes.length} bytes were written, ${room} permitted`);
    this.#sink.write(bytes);
  }

  async blockingWriteAndFlush(bytes: Uint8Array): Promise<void> {
    const { call } = this.#context.host;
    let at = 0;
    while (at < bytes.length) {
      const part = bytes.subarray(at, at + this.#sink.room());
      if (part.length > 0) this.#sink.write(part);
      else await this.#sink.flush(call);
      at += part.length;
    }
    await this.#sink.flush(call);
  }

  /** What is buffered goes out with the next blocking function, or when the call ends. */
  flush(): void {
    this.#sink.room();
  }

  async blockingFlush(): Promise<void> {
    await this.#sink.flush(this.#context.host.call);
  }

  writeZeroes(length: bigint): void {
    this.write(new Uint8Array(bounded(length)));
  }

  async blockingWriteZeroesAndFlush(length: bigint): Promise<void> {
    for (let left = length; left > 0n; ) {
      const zeroes = new Uint8Array(Math.min(Number(left), maxZeroes));
      await this.blockingWriteAndFlush(zeroes);
      left -= BigInt(zeroes.length);
    }
  }

  splice(source: InputStream, length: bigint): bigint {
    const room = this.checkWrite();
    const bytes = source.read(length < room ? length : room);
    this.write(bytes);
    return BigInt(bytes.length);
  }

  async blockingSplice(source: InputStream, length: bigint): Promise<bigint> {
    if (this.checkWrite() === 0n) await this.blockingFlush();
    const room = this.checkWrite();
    const bytes = await source.blockingRead(length < room ? length : room);
    this.write(bytes);
    return BigInt(bytes.length);
  }

  subscribe(): Pollable {
    const { numbers, waiting, host } = this.#context;
    const sink = this.#sink;
    const hasNews = (): boolean => {
      try {
        return sink.room() > 0;
      } catch {
        // The failure is news; the next `check-write` tells it.
        return true;
      }
    };
    const readiness: Readiness = { isReady: hasNews, changed: () => sink.flush(host.start) };
    return new Pollable(numbers, waiting, hasNews() ? alwaysReady : readiness);
  }

  override [Symbol.dispose](): void {
    this.#sink.close?.();
    super[Symbol.dispose]();
  }
}

/** A stream with nothing in it: there is no one at the other end. */
export const emptySource: Source = {
  take: () => 'closed',
  isReady: () => true,
  fill: async () => {},
};

export const streamImports = {
  'wasi:io/error': { Error: IoError },
  'wasi:io/streams': { InputStream, OutputStream },
};

function bounded(length: bigint): number {
  return length > maxReadBytes ? maxReadBytes : Number(length);
}
