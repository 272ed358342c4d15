import { brokenOff, RequestFailure } from './failure.ts';
import type { Header } from './headers.ts';
import { type HttpRequest, type Method, requestUrlProblem } from './request.ts';
import { namesSecret } from './secrets.ts';

/** The Fetch standard, "redirect status". */
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Say something about a body, and go with it. */
const bodyHeaders: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
]);

/** Say who asks. */
const credentialHeaders: ReadonlySet<string> = new Set(['authorization', 'cookie']);

interface ResponseHead {
  readonly status: number;
  readonly location: string | undefined;
}

/**
 * The request a response leads to, as the Fetch standard makes it; undefined when it leads nowhere. Nothing is granted by it: it
 * is checked like one the guest had asked for. Credentials, and every header with a secret, do not follow to another origin.
 *
 * @throws RequestFailure `io` when it leads where no request can go
 */
export function redirectedRequest(
  request: HttpRequest,
  { status, location }: ResponseHead,
): HttpRequest | undefined {
  if (!redirectStatuses.has(status) || location === undefined) return undefined;
  const url = URL.parse(location, request.url);
  if (!url) throw brokenOff('The server redirects to what is no URL', undefined);
  const problem = requestUrlProblem(url);
  if (problem !== undefined)
    throw new RequestFailure({ tag: 'io', val: `The server redirects to a URL that ${problem}` });
  url.hash = '';

  const method = methodAfter(status, request.method);
  const isSameOrigin = url.origin === request.url.origin;
  const keepsBody = method === request.method;
  const follows = ({ name, value }: Header): boolean => {
    const lower = name.toLowerCase();
    if (!keepsBody && bodyHeaders.has(lower)) return false;
    return isSameOrigin || !(credentialHeaders.has(lower) || namesSecret(value));
  };
  return {
    method,
    url,
    headers: request.headers.filter(follows),
    ...(keepsBody && request.body && { body: request.body }),
  };
}

function methodAfter(status: number, method: Method): Method {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
}
