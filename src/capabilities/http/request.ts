import { type Header, headersProblem } from './headers.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
/** `CONNECT` and `TRACE` speak to proxies, and `TRACE` sends back what the host filled in. */
export type Method = (typeof methods)[number];

const maxUrlBytes = 8 * 1024;
/** What a name can have, and room for an address; what a longer one is would stand in every record of its denial. */
const maxHostChars = 255;

/** A `request` of the WIT, lifted. */
export interface AskedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly body?: Uint8Array | undefined;
}

/** A request that can be sent, if its origin is granted. */
export interface HttpRequest {
  readonly method: Method;
  /** http or https, without user name and fragment. */
  readonly url: URL;
  /** As the guest wrote them, secrets not filled in. */
  readonly headers: readonly Header[];
  readonly body?: Uint8Array;
}

export type RequestReading =
  | { readonly outcome: 'request'; readonly request: HttpRequest }
  | { readonly outcome: 'invalid'; readonly problem: string };

export function readRequest({ method: asked, url: text, headers, body }: AskedRequest): RequestReading {
  const method = methods.find((known) => known === asked);
  if (!method) return invalid(`The method is not one of ${methods.join(', ')}`);
  if (text.length > maxUrlBytes) return invalid(`The URL is longer than ${maxUrlBytes} bytes`);
  const url = URL.parse(text);
  if (!url) return invalid('The URL cannot be parsed');
  const urlProblem = requestUrlProblem(url);
  if (urlProblem !== undefined) return invalid(`The URL ${urlProblem}`);
  url.hash = '';
  const headerProblem = headersProblem(headers);
  if (headerProblem !== undefined) return invalid(headerProblem);
  if (body && (method === 'GET' || method === 'HEAD')) return invalid(`A ${method} request has no body`);
  return { outcome: 'request', request: { method, url, headers, ...(body && { body }) } };
}

/** Why nothing can be sent to a URL, whatever is granted; undefined when it can. */
export function requestUrlProblem({ protocol, username, password, hostname, href }: URL): string | undefined {
  if (protocol !== 'https:' && protocol !== 'http:') return 'has a scheme other than https and http';
  if (username !== '' || password !== '') return 'has a user name';
  if (hostname.length > maxHostChars) return 'has a host that is too long';
  // Escaping makes it longer.
  return href.length > maxUrlBytes * 3 ? 'is too long' : undefined;
}

function invalid(problem: string): RequestReading {
  return { outcome: 'invalid', problem };
}
