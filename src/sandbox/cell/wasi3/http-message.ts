import { maxBodyBytes } from '../wasi/http-body.ts';
import type { FieldsClass, HttpFields } from '../wasi/http-fields.ts';
import { HttpRequest } from '../wasi/http-request.ts';
import type { WasiContext } from '../wasi/wasi-context.ts';
import { WitError } from '../wasi/wit-error.ts';
import {
  type GuestFuture,
  type GuestStream,
  type GuestStreams,
  nothing,
  ok,
  type Result,
} from './guest-stream.ts';

/** A stream, and the `future<result<option<trailers>, error-code>>` of what follows it. */
export type Body = readonly [AsyncIterable<Uint8Array> | GuestStream, PromiseLike<Result> | GuestFuture];

/** What a message of the guest carries, which is read once: by the host that sends it, or by the guest itself. */
export class Content {
  readonly #stream: GuestStream | undefined;
  readonly #trailers: GuestFuture;
  readonly #sent = Promise.withResolvers<Result>();
  #isTaken = false;

  constructor(stream: GuestStream | undefined, trailers: GuestFuture) {
    this.#stream = stream;
    this.#trailers = trailers;
  }

  /** How sending it ended. */
  get sent(): Promise<Result> {
    return this.#sent.promise;
  }

  finish(result: Result): void {
    this.#sent.resolve(result);
  }

  /** For the guest. */
  take(): Body {
    if (this.#isTaken) throw new TypeError('The body of a message is taken twice');
    this.#isTaken = true;
    this.finish(ok);
    return [this.#stream ?? nothing(), this.#trailers];
  }

  /** For nobody: a guest that writes waits until it is read, or dropped. */
  drop(): void {
    if (this.#isTaken) return;
    this.#isTaken = true;
    this.#stream?.[Symbol.dispose]();
    this.#trailers[Symbol.dispose]();
    this.finish({ tag: 'err', val: { tag: 'internal-error', val: 'The message was dropped' } });
  }

  /** For the host, which passes no trailers on. @throws WitError with an error code */
  async whole(streams: GuestStreams, maxBytes: number): Promise<Uint8Array | undefined> {
    this.#isTaken = true;
    using trailers = this.#trailers;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    if (this.#stream) {
      await streams.drain(this.#stream, (part) => {
        bytes += part.length;
        if (bytes > maxBytes) throw new WitError({ tag: 'HTTP-request-body-size', val: BigInt(bytes) });
        parts.push(part);
      });
    }
    const { tag, val } = await trailers;
    if (tag === 'err') throw new WitError(val);
    if (val !== undefined) throw new WitError({ tag: 'internal-error', val: 'Trailers cannot be sent' });
    return this.#stream && Buffer.concat(parts);
  }
}

/** `request`, as the guest fills it in. */
export class Request3 extends HttpRequest {
  readonly #context: WasiContext;
  readonly #streams: GuestStreams;
  readonly #options: (() => unknown) | undefined;
  readonly carried: Content;

  constructor(
    context: WasiContext,
    streams: GuestStreams,
    {
      Fields,
      headers,
      content,
      options,
    }: {
      readonly Fields: FieldsClass;
      readonly headers: HttpFields;
      readonly content: Content;
      readonly options: (() => unknown) | undefined;
    },
  ) {
    super(context, Fields, headers);
    this.#context = context;
    this.#streams = streams;
    this.#options = options;
    this.carried = content;
  }

  getMethod(): unknown {
    return this.method();
  }

  getPathWithQuery(): string | undefined {
    return this.pathWithQuery();
  }

  getScheme(): unknown {
    return this.scheme();
  }

  getAuthority(): string | undefined {
    return this.authority();
  }

  getHeaders(): HttpFields {
    return this.headers();
  }

  getOptions(): unknown {
    return this.#options?.();
  }

  override [Symbol.dispose](): void {
    this.carried.drop();
    super[Symbol.dispose]();
  }

  protected override async content(): Promise<Uint8Array | undefined> {
    return await this.carried.whole(this.#streams, maxBodyBytes(this.#context.host.maxBytes));
  }
}
