import type { PluginEntry } from '../../config/document.ts';
import type { Clock } from '../../core/clock.ts';
import type { LimitHit, LimitName, Limits } from '../../permissions/limits.ts';
import type { Access } from '../access.ts';
import { createRateLimit, type RateLimit } from '../rate-limit.ts';
import { decodedBody } from './decoding.ts';
import { type HttpError, RequestFailure } from './failure.ts';
import { type Header, pairedHeaders } from './headers.ts';
import { type Lifetime, startLifetime } from './lifetime.ts';
import { atMost } from './name-resolver.ts';
import type { Network } from './network.ts';
import { OpenBody } from './open-body.ts';
import { redirectedRequest } from './redirect.ts';
import { type AskedRequest, type HttpRequest, readRequest } from './request.ts';
import { createSecretMask, maskedText } from './secret-mask.ts';
import { loadSecrets } from './secrets.ts';
import { type SendOptions, type Sent, send } from './send.ts';

const maxRedirects = 5;
/** From the first hop to the last byte of the body. */
const totalMs = 30_000;
const idleMs = 10_000;
const maxReadBytes = 1024 * 1024;
/** Ends that a guest has not heard of yet; older ones read as ended bodies. */
const maxRemembered = 64;

/** A `response` of the WIT. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly url: string;
  readonly body: bigint;
}

export type HttpOutcome<Value> =
  | { readonly outcome: 'returned'; readonly value: Value }
  | { readonly outcome: 'refused'; readonly error: HttpError };

interface HttpClientOptions {
  readonly entry: PluginEntry;
  /** Where paths of secrets start. */
  readonly baseFolder: string;
  readonly access: Access;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly network: Network;
  readonly tellLimit: (hit: LimitHit) => void;
  /** All requests end when it is disposed. */
  readonly resources: AsyncDisposableStack;
}

interface Opened {
  readonly body: OpenBody;
  readonly charge: Sent['charge'];
  readonly lifetime: Lifetime;
}

/** The requests of one instance: their rate, their connections, their secrets. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #sending: SendOptions;
  readonly #rate: RateLimit;
  readonly #gone = new AbortController();
  readonly #open = new Map<bigint, Opened>();
  readonly #failed = new Map<bigint, HttpError>();
  #underWay = 0;
  #lastBody = 0n;

  /** @throws `SECRET_UNAVAILABLE` */
  constructor(options: HttpClientOptions) {
    const { access, entry, baseFolder, limits, clock, network, resources } = options;
    this.#options = options;
    this.#sending = {
      access,
      // One at a time: names that nobody answers hold up their own plugin, and not the line of all.
      network: { ...network, resolve: atMost(1, network.resolve) },
      secrets: loadSecrets(entry, baseFolder),
    };
    this.#rate = createRateLimit(limits.net_ops_per_second, clock);
    resources.defer(() => this.#gone.abort());
  }

  /** Sends a request and follows its redirects. @param signal aborts with the instance, and ends the body too */
  async fetch(asked: AskedRequest, signal: AbortSignal): Promise<HttpOutcome<HttpResponse>> {
    const { clock } = this.#options;
    let lifetime: Lifetime | undefined;
    this.#underWay++;
    try {
      const request = this.#admit(asked);
      lifetime = startLifetime({ clock, totalMs, outer: [signal, this.#gone.signal] });
      const { last, sent, secrets } = await this.#follow(request, lifetime);
      return { outcome: 'returned', value: this.#answer(last, sent, secrets, lifetime) };
    } catch (thrown) {
      lifetime?.end();
      return this.#refusal(thrown);
    } finally {
      this.#underWay--;
    }
  }

  /** The next bytes of a body; none at its end, and ever after. */
  async readBody(id: bigint, length: number): Promise<HttpOutcome<Uint8Array>> {
    try {
      if (length === 0) throw invalidRequest('At least one byte must be asked for');
      if (id === 0n || id > this.#lastBody) throw invalidRequest('No response has this body');
      const failed = this.#failed.get(id);
      if (failed) throw new RequestFailure(failed);
      const opened = this.#open.get(id);
      if (!opened) return { outcome: 'returned', value: new Uint8Array() };
      // The answer is a message, too.
      const most = Math.min(length, maxReadBytes, this.#options.limits.message_bytes);
      const bytes = await opened.body.read(most);
      opened.charge(bytes.length);
      if (bytes.length === 0) this.close(id);
      return { outcome: 'returned', value: bytes };
    } catch (thrown) {
      return this.#refusal(thrown);
    }
  }

  close(id: bigint): void {
    const opened = this.#open.get(id);
    // First, so that its end is no failure.
    this.#open.delete(id);
    this.#failed.delete(id);
    opened?.lifetime.end();
  }

  #admit(asked: AskedRequest): HttpRequest {
    const { limits, tellLimit } = this.#options;
    this.#spend();
    const reading = readRequest(asked);
    if (reading.outcome === 'invalid') throw invalidRequest(reading.problem);
    const { body } = reading.request;
    if (body && body.length > limits.message_bytes) {
      tellLimit({ name: 'message_bytes', reached: body.length, allowed: limits.message_bytes });
      throw invalidRequest(`The body has ${body.length} bytes; at most ${limits.message_bytes} are allowed`);
    }
    const connections = this.#open.size + this.#underWay;
    if (connections > limits.net_connections) {
      tellLimit({ name: 'net_connections', reached: connections, allowed: limits.net_connections });
      throw new RequestFailure({ tag: 'too-many-connections' });
    }
    return reading.request;
  }

  #spend(): void {
    if (this.#rate.take()) return;
    const name: LimitName = 'net_ops_per_second';
    const allowed = this.#options.limits[name];
    this.#options.tellLimit({ name, reached: allowed + 1, allowed });
    throw new RequestFailure({ tag: 'rate-limited' });
  }

  async #follow(
    first: HttpRequest,
    lifetime: Lifetime,
  ): Promise<{ readonly last: HttpRequest; readonly sent: Sent; readonly secrets: readonly string[] }> {
    const secrets = new Set<string>();
    let request = first;
    for (let redirects = 0; ; redirects++) {
      const sent = await send(request, lifetime, this.#sending);
      for (const secret of sent.secrets) secrets.add(secret);
      const { statusCode: status = 0, headers } = sent.response;
      const next = redirectedRequest(request, { status, location: headers.location });
      if (!next) return { last: request, sent, secrets: [...secrets] };
      sent.response.destroy();
      if (redirects === maxRedirects) throw new RequestFailure({ tag: 'too-many-redirects' });
      this.#spend();
      request = next;
    }
  }

  #answer(
    { url, method }: HttpRequest,
    { response, charge }: Sent,
    secrets: readonly string[],
    lifetime: Lifetime,
  ): HttpResponse {
    const { limits } = this.#options;
    const status = response.statusCode ?? 0;
    const id = ++this.#lastBody;
    const hasBody =
      method !== 'HEAD' && status !== 204 && status !== 304 && response.headers['content-length'] !== '0';
    const { chunks, isDecoded } = hasBody ? decodedBody(response) : { chunks: response, isDecoded: false };
    const announced = isDecoded || !hasBody ? 0 : Number(response.headers['content-length'] ?? 0);
    if (announced > limits.response_bytes) throw tooLarge(limits.response_bytes);

    const headers = pairedHeaders(response.rawHeaders)
      .filter(({ name }) => !(isDecoded && (name === 'content-encoding' || name === 'content-length')))
      .map(({ name, value }) => ({ name, value: maskedText(value, secrets) }));
    if (hasBody) {
      const mask = createSecretMask(secrets);
      const body = new OpenBody({ chunks, lifetime, idleMs, maxBytes: limits.response_bytes, mask });
      this.#keep(id, { body, lifetime, charge });
    } else lifetime.end();
    return { status, headers, url: maskedText(url.href, secrets), body: id };
  }

  #keep(id: bigint, opened: Opened): void {
    const { signal } = opened.lifetime;
    const forget = (): void => {
      if (!this.#open.delete(id)) return;
      const reason: unknown = signal.reason;
      if (reason instanceof RequestFailure) this.#failed.set(id, reason.error);
      const [oldest] = this.#failed.keys();
      if (oldest !== undefined && this.#failed.size > maxRemembered) this.#failed.delete(oldest);
    };
    this.#open.set(id, opened);
    // Its time may have run out between the head and here.
    if (signal.aborted) forget();
    else signal.addEventListener('abort', forget, { once: true });
  }

  #refusal(thrown: unknown): { readonly outcome: 'refused'; readonly error: HttpError } {
    if (!(thrown instanceof RequestFailure)) throw thrown;
    const { error } = thrown;
    if (error.tag === 'response-too-large') {
      const allowed = Number(error.val);
      this.#options.tellLimit({ name: 'response_bytes', reached: allowed + 1, allowed });
    }
    return { outcome: 'refused', error };
  }
}

function invalidRequest(problem: string): RequestFailure {
  return new RequestFailure({ tag: 'invalid-request', val: problem });
}

function tooLarge(maxBytes: number): RequestFailure {
  return new RequestFailure({ tag: 'response-too-large', val: BigInt(maxBytes) });
}
