import { HostRefusal } from '../host-refusal.ts';
import { httpErrorOf } from './http-errors.ts';
import { alwaysReady, Pollable } from './poll.ts';
import { Resource } from './resource.ts';
import {
  InputStream,
  OutputStream,
  type Sink,
  type Source,
  type StreamContext,
  streamFailure,
} from './streams.ts';
import type { Ask } from './wasi-host.ts';
import { WitError } from './wit-error.ts';

export const httpInterface = 'signalbox:plugin/http';
/** Of a message around a body. */
const envelopeBytes = 72 * 1024;
const minBodyBytes = 512;
const portionBytes = 64 * 1024;

/** Bytes the body of a request may have: it goes out in one message. */
export function maxBodyBytes(maxMessageBytes: number): number {
  return Math.max(minBodyBytes, maxMessageBytes - envelopeBytes);
}

/** The body of a request or response the guest writes. It is collected: the broker takes it whole. */
export class OutgoingBody extends Resource {
  static finish(body: OutgoingBody, trailers: unknown): void {
    if (trailers !== undefined) throw new WitError({ tag: 'internal-error', val: 'Trailers cannot be sent' });
    body.#finished.resolve(Buffer.concat(body.#parts));
    body[Symbol.dispose]();
  }

  readonly #context: StreamContext;
  readonly #parts: Uint8Array[] = [];
  readonly #finished = Promise.withResolvers<Uint8Array>();
  #bytes = 0;
  #isTaken = false;

  constructor(context: StreamContext) {
    super(context.numbers);
    this.#context = context;
    this.#finished.promise.catch(() => {});
  }

  /** All of it, once the guest has finished it. */
  get whole(): Promise<Uint8Array> {
    return this.#finished.promise;
  }

  write(): OutputStream {
    if (this.#isTaken) throw new WitError(undefined);
    this.#isTaken = true;
    return new OutputStream(this.#context, this.#sink());
  }

  override [Symbol.dispose](): void {
    this.#finished.reject(new WitError({ tag: 'HTTP-protocol-error' }));
    super[Symbol.dispose]();
  }

  #sink(): Sink {
    const allowed = maxBodyBytes(this.#context.host.maxBytes);
    return {
      room: () => {
        const room = allowed - this.#bytes;
        if (room > 0) return room;
        throw streamFailure(this.#context, `A request body has at most ${allowed} bytes`, {
          tag: 'HTTP-request-body-size',
          val: BigInt(this.#bytes),
        });
      },
      write: (bytes) => {
        this.#parts.push(Uint8Array.from(bytes));
        this.#bytes += bytes.length;
      },
      flush: async () => {},
    };
  }
}

/** The body of a response, read from the broker as the guest asks for it. */
export class IncomingBody extends Resource {
  static finish(body: IncomingBody): FutureTrailers {
    body[Symbol.dispose]();
    return new FutureTrailers(body.#context);
  }

  readonly #context: StreamContext;
  readonly #source: BodySource;
  #isTaken = false;

  constructor(context: StreamContext, body: bigint) {
    super(context.numbers);
    this.#context = context;
    this.#source = new BodySource(context, body);
  }

  stream(): InputStream {
    if (this.#isTaken) throw new WitError(undefined);
    this.#isTaken = true;
    return new InputStream(this.#context, this.#source);
  }

  override [Symbol.dispose](): void {
    this.#source.close();
    super[Symbol.dispose]();
  }
}

/** Trailers are not passed on: there are none as soon as they are asked for. */
export class FutureTrailers extends Resource {
  readonly #context: StreamContext;
  #isTaken = false;

  constructor(context: StreamContext) {
    super(context.numbers);
    this.#context = context;
  }

  subscribe(): Pollable {
    return new Pollable(this.#context.numbers, this.#context.waiting, alwaysReady);
  }

  get(): unknown {
    if (this.#isTaken) return { tag: 'err', val: undefined };
    this.#isTaken = true;
    return { tag: 'ok', val: { tag: 'ok', val: undefined } };
  }
}

class BodySource implements Source {
  readonly #context: StreamContext;
  readonly #body: bigint;
  #there: Uint8Array = new Uint8Array(0);
  #failure: unknown;
  #isAtEnd = false;
  #filling: Promise<void> | undefined;

  constructor(context: StreamContext, body: bigint) {
    this.#context = context;
    this.#body = body;
  }

  take(length: number): Uint8Array | 'closed' {
    if (this.#there.length > 0 || (!this.#isAtEnd && this.#failure === undefined)) {
      const bytes = this.#there.subarray(0, length);
      this.#there = this.#there.subarray(bytes.length);
      return bytes;
    }
    if (this.#failure === undefined) return 'closed';
    throw streamFailure(this.#context, 'The response broke off', this.#failure);
  }

  isReady(): boolean {
    return this.#there.length > 0 || this.#isAtEnd || this.#failure !== undefined;
  }

  async fill(ask: Ask): Promise<void> {
    this.#filling ??= this.#fill(ask).finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  close(): void {
    if (this.#isAtEnd) return;
    this.#isAtEnd = true;
    this.#context.host.tell(httpInterface, 'close', [this.#body]);
  }

  async #fill(ask: Ask): Promise<void> {
    try {
      const bytes = await ask(httpInterface, 'read-body', [this.#body, portionBytes]);
      if (bytes instanceof Uint8Array && bytes.length > 0) this.#there = bytes;
      else this.#isAtEnd = true;
    } catch (error) {
      if (!(error instanceof HostRefusal)) throw error;
      this.#failure = httpErrorOf(error.payload);
    }
  }
}
