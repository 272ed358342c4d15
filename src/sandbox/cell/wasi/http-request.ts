import { OutgoingBody } from './http-body.ts';
import type { FieldsClass, HttpFields } from './http-fields.ts';
import { Resource } from './resource.ts';
import type { StreamContext } from './streams.ts';
import { WitError } from './wit-error.ts';

interface Named {
  readonly tag: string;
  readonly val?: string;
}

const httpToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const schemeName = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const knownMethods = ['get', 'head', 'post', 'put', 'delete', 'connect', 'options', 'trace', 'patch'];
const knownSchemes: Readonly<Record<string, Named>> = { http: { tag: 'HTTP' }, https: { tag: 'HTTPS' } };
/** Raw UTF-8 is let through; the host encodes it. */
const pathWithQuery = /^[!-;=?-_a-~\x80-\u{10ffff}]*$/u;
/** User, host or literal of an address, port: https://www.rfc-editor.org/rfc/rfc3986#section-3.2 */
const authority = /^(?:[\w.~!$&'()*+,;=%:-]*@)?(?:[\w.~!$&'()*+,;=%-]+|\[[\da-fA-F:.]+\])(?::\d*)?$/;

/** `outgoing-request`, as the guest fills it in. */
export abstract class HttpRequest extends Resource {
  readonly #context: StreamContext;
  readonly #Fields: FieldsClass;
  readonly #headers: HttpFields;
  #body: OutgoingBody | undefined;
  #method: Named = { tag: 'get' };
  #scheme: Named | undefined;
  #authority: string | undefined;
  #path: string | undefined;

  constructor(context: StreamContext, Fields: FieldsClass, headers: HttpFields) {
    super(context.numbers);
    this.#context = context;
    this.#Fields = Fields;
    this.#headers = headers;
    headers[Symbol.dispose]();
  }

  body(): OutgoingBody {
    if (this.#body) throw new WitError(undefined);
    this.#body = new OutgoingBody(this.#context);
    return this.#body;
  }

  method(): Named {
    return this.#method;
  }

  setMethod(method: Named): void {
    if (method.tag === 'other' && !httpToken.test(method.val ?? '')) throw new WitError(undefined);
    this.#method = named(method);
  }

  pathWithQuery(): string | undefined {
    return this.#path;
  }

  setPathWithQuery(path: string | undefined): void {
    if (path !== undefined && !pathWithQuery.test(path)) throw new WitError(undefined);
    this.#path = path === '' ? '/' : path;
  }

  scheme(): Named | undefined {
    return this.#scheme;
  }

  setScheme(scheme: Named | undefined): void {
    if (scheme?.tag === 'other' && !schemeName.test(scheme.val ?? '')) throw new WitError(undefined);
    this.#scheme = knownSchemes[scheme?.val ?? ''] ?? scheme;
  }

  authority(): string | undefined {
    return this.#authority;
  }

  setAuthority(name: string | undefined): void {
    if (name !== undefined && !authority.test(name)) throw new WitError(undefined);
    this.#authority = name;
  }

  headers(): HttpFields {
    return new this.#Fields(this.#headers.entries(), true);
  }

  /** As `signalbox:plugin/http` takes it, once the guest has finished its body. */
  async toFetch(): Promise<unknown> {
    const { tag, val = '' } = this.#method;
    const path = this.#path ?? '/';
    const scheme = this.#scheme?.tag === 'other' ? this.#scheme.val : (this.#scheme?.tag ?? 'HTTPS');
    return {
      method: (tag === 'other' ? val : tag).toUpperCase(),
      url: `${String(scheme).toLowerCase()}://${this.#authority ?? ''}${path.startsWith('/') ? '' : '/'}${path}`,
      // The host counts the body itself, and refuses whoever does it for it.
      headers: this.#headers
        .entries()
        .filter(([name]) => name.toLowerCase() !== 'content-length')
        .map(([name, value]) => ({ name, value: Buffer.from(value).toString('latin1') })),
      body: await this.content(),
    };
  }

  /** All of the body, once the guest has finished it. */
  protected async content(): Promise<Uint8Array | undefined> {
    return await this.#body?.whole;
  }
}

/** A method that has a case of its own is that case, whichever way it is said. */
function named(method: Named): Named {
  const tag = knownMethods.find((known) => method.val === known.toUpperCase());
  return tag === undefined ? method : { tag };
}
