import { HostRefusal } from '../host-refusal.ts';
import { entriesOf, type Fetched } from '../wasi/http.ts';
import { httpInterface, IncomingBody } from '../wasi/http-body.ts';
import { httpErrorOf } from '../wasi/http-errors.ts';
import { type Entry, HttpFields } from '../wasi/http-fields.ts';
import { Resource } from '../wasi/resource.ts';
import { IoError } from '../wasi/streams.ts';
import type { WasiContext, WasiInterfaces } from '../wasi/wasi-context.ts';
import { WitError } from '../wasi/wit-error.ts';
import {
  type GuestFuture,
  type GuestStream,
  type GuestStreams,
  ok,
  portionsOf,
  type Result,
  streamed,
} from './guest-stream.ts';
import { type Body, Content, Request3 } from './http-message.ts';
import { HttpRequestOptions } from './request-options.ts';

/** `wasi:http` 0.3 for a client, over `signalbox:plugin/http`. */
export function httpImports(context: WasiContext, streams: GuestStreams): WasiInterfaces {
  const { numbers, host } = context;
  class Fields extends HttpFields {
    static fromList(entries: readonly Entry[]): Fields {
      const fields = new Fields();
      for (const [name, value] of entries) fields.append(name, value);
      return fields;
    }

    constructor(entries: readonly Entry[] = [], isImmutable = false) {
      super(numbers, entries, isImmutable);
    }

    getAndDelete(name: string): Uint8Array[] {
      const values = this.get(name);
      this.delete(name);
      return values;
    }

    copyAll(): readonly Entry[] {
      return this.entries();
    }

    clone(): Fields {
      return new Fields(this.entries());
    }
  }
  class RequestOptions extends HttpRequestOptions {
    constructor(from?: HttpRequestOptions, isImmutable = false) {
      super(numbers, from, isImmutable);
    }

    clone(): RequestOptions {
      return new RequestOptions(this);
    }
  }
  class Request extends Request3 {
    static new(
      headers: HttpFields,
      stream: GuestStream | undefined,
      trailers: GuestFuture,
      options: RequestOptions | undefined,
    ): [Request, Promise<Result>] {
      const content = new Content(stream, trailers);
      options?.[Symbol.dispose]();
      const shown = options && ((): RequestOptions => new RequestOptions(options, true));
      return [new Request(context, streams, { Fields, headers, content, options: shown }), content.sent];
    }

    static consumeBody(request: Request, taken: GuestFuture): Body {
      taken[Symbol.dispose]();
      const body = request.carried.take();
      request[Symbol.dispose]();
      return body;
    }
  }
  class Response extends Resource {
    static new(
      headers: HttpFields,
      stream: GuestStream | undefined,
      trailers: GuestFuture,
    ): [Response, Promise<Result>] {
      const content = new Content(stream, trailers);
      headers[Symbol.dispose]();
      return [new Response(headers, 200, content), content.sent];
    }

    static consumeBody(response: Response, taken: GuestFuture): Body {
      // What the guest makes of a body is told nobody.
      taken[Symbol.dispose]();
      const body = response.#carried.take();
      response[Symbol.dispose]();
      return body;
    }

    readonly #headers: HttpFields;
    readonly #carried: Pick<Content, 'take' | 'drop'>;
    #status: number;

    constructor(headers: HttpFields, status: number, carried: Pick<Content, 'take' | 'drop'>) {
      super(numbers);
      this.#headers = headers;
      this.#status = status;
      this.#carried = carried;
    }

    getStatusCode(): number {
      return this.#status;
    }

    setStatusCode(status: number): void {
      if (status < 100 || status > 599) throw new WitError(undefined);
      this.#status = status;
    }

    getHeaders(): HttpFields {
      return new Fields(this.#headers.entries(), true);
    }

    override [Symbol.dispose](): void {
      this.#carried.drop();
      super[Symbol.dispose]();
    }
  }
  const received = (fetched: Fetched): Response => {
    const body = new IncomingBody(context, fetched.body);
    const close = (): void => body[Symbol.dispose]();
    const bytes = async function* () {
      using taken = body;
      using input = taken.stream();
      yield* portionsOf(input);
    };
    let isTaken = false;
    return new Response(new Fields(entriesOf(fetched), true), fetched.status, {
      take: () => {
        isTaken = true;
        return streamed(bytes, brokenBy, close);
      },
      drop: () => {
        if (!isTaken) close();
      },
    });
  };
  return {
    'wasi:http/types@0.3': { Fields, Request, RequestOptions, Response },
    'wasi:http/client@0.3': {
      send: async (request: Request): Promise<Response> => {
        try {
          const fetched = await host.start(httpInterface, 'fetch', [await request.toFetch()]);
          request.carried.finish(ok);
          return received(fetched as Fetched);
        } catch (error) {
          const code = errorOf(error);
          request.carried.finish({ tag: 'err', val: code });
          throw new WitError(code);
        } finally {
          request[Symbol.dispose]();
        }
      },
    },
  };
}

/** @throws what is no error of a request */
function errorOf(error: unknown): unknown {
  if (error instanceof HostRefusal) return httpErrorOf(error.payload);
  if (error instanceof WitError) return error.payload;
  throw error;
}

/** Why the stream of 0.2 broke off. */
function brokenBy(payload: unknown): unknown {
  const reason =
    typeof payload === 'object' && payload !== null && 'val' in payload ? payload.val : undefined;
  return reason instanceof IoError && reason.code !== undefined
    ? reason.code
    : { tag: 'HTTP-protocol-error' };
}
