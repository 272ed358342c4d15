/**
 * The grammar of origins in permissions and secrets, as WHATWG URL has them:
 * - `https://api.example.com`, `http://127.0.0.1:8080`: one origin. The spelling is free as far as the URL parser makes it the same
 *   (case, default port, one `/` at the end, `http://2130706433`), and the normal form is what is compared, shown and audited.
 * - `https://*.example.com`: every name below `example.com`, however deep, of that scheme and port; never `example.com` itself.
 *   Two labels at least follow the star: nobody means `https://*.com`.
 */
export type OriginReading =
  | { readonly outcome: 'origin'; readonly origin: string }
  | {
      readonly outcome: 'invalid';
      /** Completes "it ...". */
      readonly problem: string;
      /** An origin to write instead. */
      readonly fix: string;
    };

const example = 'https://api.example.com';
const maxNameChars = 253;
const labels = /^[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;

/** Reads the origin of a grant in its one spelling. */
export function readOrigin(written: string): OriginReading {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(written)) {
    const withScheme = readUrl(`https://${written}`);
    return invalid(
      'has no scheme',
      withScheme && hostProblem(withScheme) === undefined ? withScheme.origin : example,
    );
  }
  const url = readUrl(written);
  if (!url) return invalid('is no URL', example);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return invalid(
      `has the scheme "${url.protocol.slice(0, -1)}"; only https and http can be requested`,
      example,
    );
  const problem = hostProblem(url);
  if (problem !== undefined) return invalid(problem.clause, problem.fix ?? example);
  if (url.username !== '' || url.password !== '') return invalid('has a user name', url.origin);
  if (url.pathname !== '/' || /[?#]/.test(written))
    return invalid('says more than scheme, host and port', url.origin);
  return { outcome: 'origin', origin: url.origin };
}

/** Whether a granted origin in its one spelling covers another one. */
export function originCovers(granted: string, wanted: string): boolean {
  if (granted === wanted) return true;
  const wildcard = wildcardOf(granted);
  if (!wildcard || !wanted.startsWith(wildcard.start) || !wanted.endsWith(wildcard.end)) return false;
  const below = wanted.slice(wildcard.start.length, wanted.length - wildcard.end.length);
  return labels.test(below.startsWith('*.') ? below.slice(2) : below);
}

/** True for dotted labels and nothing else: no star, no empty label, no dot at the end. Dotted addresses are such, too. */
export function isHostName(host: string): boolean {
  return host.length <= maxNameChars && labels.test(host);
}

/** The closer one of two origins that cover the same has the higher figure. */
export function originCloseness(origin: string): number {
  return wildcardOf(origin)?.end.length ?? Number.POSITIVE_INFINITY;
}

export function isWildcardOrigin(origin: string): boolean {
  return wildcardOf(origin) !== undefined;
}

function wildcardOf(origin: string): { readonly start: string; readonly end: string } | undefined {
  const [start, end] = origin.split('*');
  return start !== undefined && end?.startsWith('.') ? { start, end } : undefined;
}

function hostProblem({
  hostname,
  protocol,
  port,
}: URL): { readonly clause: string; readonly fix?: string } | undefined {
  if (hostname.startsWith('[')) return undefined;
  const name = hostname.startsWith('*.') ? hostname.slice(2) : hostname;
  if (name.includes('*'))
    return { clause: 'has a "*" elsewhere than before the first dot', fix: 'https://*.example.com' };
  if (name !== hostname && !name.includes('.'))
    return { clause: 'has a "*" above everything', fix: `https://*.example.${name}` };
  if (isHostName(name)) return undefined;
  const bare = hostname.replace(/\.+$/, '');
  const fix = `${protocol}//${bare}${port === '' ? '' : `:${port}`}`;
  return bare !== hostname && isHostName(bare)
    ? { clause: 'has a dot at the end', fix }
    : { clause: `has the host ${JSON.stringify(hostname)}, which is no name and no address` };
}

/** The parser drops line ends and takes `\` for `/`: who writes these does not mean what it makes of them. */
function readUrl(text: string): URL | undefined {
  return /[\s\\]/.test(text) ? undefined : (URL.parse(text) ?? undefined);
}

function invalid(problem: string, fix: string): OriginReading {
  return { outcome: 'invalid', problem, fix };
}
