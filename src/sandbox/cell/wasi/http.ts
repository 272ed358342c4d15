import { HostRefusal } from '../host-refusal.ts';
import { FutureTrailers, httpInterface, IncomingBody, OutgoingBody } from './http-body.ts';
import { httpErrorOf } from './http-errors.ts';
import { type Entry, type FieldsClass, fieldsOf, type HttpFields } from './http-fields.ts';
import { HttpRequest } from './http-request.ts';
import { Pollable } from './poll.ts';
import { Resource, Unobtainable } from './resource.ts';
import type { IoError, StreamContext } from './streams.ts';
import type { WasiInterfaces } from './wasi-context.ts';
import { WitError } from './wit-error.ts';

/** A response head as `signalbox:plugin/http` answers it. */
export interface Fetched {
  readonly status: number;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: bigint;
}

export function entriesOf({ headers }: Fetched): readonly Entry[] {
  return headers.map(({ name, value }) => [name, Uint8Array.from(Buffer.from(value, 'latin1'))]);
}

class IncomingRequest extends Unobtainable {}
class ResponseOutparam extends Unobtainable {}

class IncomingResponse extends Resource {
  readonly #context: StreamContext;
  readonly #Fields: FieldsClass;
  readonly #fetched: Fetched;
  #body: IncomingBody | undefined;

  constructor(context: StreamContext, Fields: FieldsClass, fetched: Fetched) {
    super(context.numbers);
    this.#context = context;
    this.#Fields = Fields;
    this.#fetched = fetched;
  }

  status(): number {
    return this.#fetched.status;
  }

  headers(): HttpFields {
    return new this.#Fields(entriesOf(this.#fetched), true);
  }

  consume(): IncomingBody {
    if (this.#body) throw new WitError(undefined);
    this.#body = new IncomingBody(this.#context, this.#fetched.body);
    return this.#body;
  }

  override [Symbol.dispose](): void {
    if (!this.#body) this.#context.host.tell(httpInterface, 'close', [this.#fetched.body]);
    super[Symbol.dispose]();
  }
}

/** A request under way. */
class FutureIncomingResponse extends Resource {
  readonly #context: StreamContext;
  readonly #over: Promise<void>;
  #result: unknown;
  #isTaken = false;

  constructor(context: StreamContext, Fields: FieldsClass, request: HttpRequest) {
    super(context.numbers);
    this.#context = context;
    this.#over = this.#send(Fields, request);
    // What must end the instance is heard by whoever waits; if nobody does, the broker has ended it already.
    this.#over.catch(() => {});
  }

  subscribe(): Pollable {
    return new Pollable(this.#context.numbers, this.#context.waiting, {
      isReady: () => this.#result !== undefined,
      changed: () => this.#over,
    });
  }

  get(): unknown {
    if (this.#result === undefined) return undefined;
    if (this.#isTaken) return { tag: 'err', val: undefined };
    this.#isTaken = true;
    return { tag: 'ok', val: this.#result };
  }

  async #send(Fields: FieldsClass, request: HttpRequest): Promise<void> {
    try {
      const fetched = await this.#context.host.start(httpInterface, 'fetch', [await request.toFetch()]);
      this.#result = { tag: 'ok', val: new IncomingResponse(this.#context, Fields, fetched as Fetched) };
    } catch (error) {
      if (error instanceof HostRefusal) this.#result = { tag: 'err', val: httpErrorOf(error.payload) };
      else if (error instanceof WitError) this.#result = { tag: 'err', val: error.payload };
      else throw error;
    }
  }
}

/** `wasi:http` for a client, over `signalbox:plugin/http`. Redirects are followed and timeouts kept there. */
export function httpImports(context: StreamContext): WasiInterfaces {
  const Fields = fieldsOf(context.numbers);
  class OutgoingRequest extends HttpRequest {
    constructor(headers: HttpFields) {
      super(context, Fields, headers);
    }
  }
  class OutgoingResponse extends Resource {
    readonly #headers: HttpFields;
    #status = 200;

    constructor(headers: HttpFields) {
      super(context.numbers);
      this.#headers = headers;
      headers[Symbol.dispose]();
    }

    statusCode(): number {
      return this.#status;
    }

    setStatusCode(status: number): void {
      this.#status = status;
    }

    headers(): HttpFields {
      return new Fields(this.#headers.entries(), true);
    }

    body(): OutgoingBody {
      return new OutgoingBody(context);
    }
  }
  /** The host keeps its own timeouts; the guest's are not longer and not needed. */
  class RequestOptions extends Resource {
    constructor() {
      super(context.numbers);
    }

    connectTimeout(): undefined {}
    firstByteTimeout(): undefined {}
    betweenBytesTimeout(): undefined {}

    setConnectTimeout(): void {
      throw new WitError(undefined);
    }

    setFirstByteTimeout(): void {
      throw new WitError(undefined);
    }

    setBetweenBytesTimeout(): void {
      throw new WitError(undefined);
    }
  }
  return {
    'wasi:http/types': {
      Fields,
      FutureIncomingResponse,
      FutureTrailers,
      IncomingBody,
      IncomingRequest,
      IncomingResponse,
      OutgoingBody,
      OutgoingRequest,
      OutgoingResponse,
      RequestOptions,
      ResponseOutparam,
      httpErrorCode: (error: IoError) =>
        typeof error.code === 'object' && error.code !== null ? error.code : undefined,
    },
    'wasi:http/outgoing-handler': {
      handle: (request: HttpRequest, options: Resource | undefined) => {
        request[Symbol.dispose]();
        options?.[Symbol.dispose]();
        return new FutureIncomingResponse(context, Fields, request);
      },
    },
  };
}
