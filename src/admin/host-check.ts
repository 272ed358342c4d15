import { BlockList, isIP } from 'node:net';
import { SignalboxError } from '../core/errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only processes of this machine can reach what listens on this address. A name may mean anything but "localhost". */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** What a `Host` says of an address one listens on; undefined for those that stand for every one there is. */
export function hostNameOf(host: string): string | undefined {
  const family = isIP(host);
  if (family !== 0 && wildcards.check(host, family === 6 ? 'ipv6' : 'ipv4')) return undefined;
  return family === 6 ? `[${host}]` : host;
}

const wildcards = new BlockList();
wildcards.addAddress('0.0.0.0', 'ipv4');
wildcards.addAddress('::', 'ipv6');

/** The headers a browser tells the truth in, and no page can set. */
export interface HostHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/**
 * Refuses requests a web page of somebody else may have made a browser send: by another name that leads to this address (DNS
 * rebinding), or from another origin than the one the request is for. A request without `Origin` is not from a page, or it
 * changes nothing.
 *
 * @param allowedHosts beside the loopback names; `host` stands for any port, for proxies and tunnels have ports of their own
 * @returns a check that throws `API_HOST_REFUSED`
 */
export function createHostCheck(allowedHosts: readonly string[]): (headers: HostHeaders) => void {
  const names = new Set([
    '127.0.0.1',
    'localhost',
    '[::1]',
    ...allowedHosts.map((name) => name.toLowerCase()),
  ]);

  return ({ host: written = '', origin, 'sec-fetch-site': site }) => {
    const host = written.toLowerCase();
    const [, name] = /^(\[[0-9a-f:.]+\]|[^\s:@/]+)(?::[0-9]+)?$/.exec(host) ?? [];
    if (name === undefined || !(names.has(name) || names.has(host))) {
      throw refused(
        `The admin API does not answer for host ${JSON.stringify(written)}`,
        'Add the name it is reached by to allowed_hosts in [api]',
      );
    }
    if (origin !== undefined && ![`http://${host}`, `https://${host}`].includes(origin.toLowerCase())) {
      throw refused(`The admin API does not answer pages of ${JSON.stringify(origin)}`);
    }
    if (site === 'cross-site' || site === 'same-site') {
      throw refused('The admin API does not answer pages of other sites');
    }
  };
}

function refused(message: string, hint = 'Only pages the server itself sends may ask it'): SignalboxError {
  return new SignalboxError('API_HOST_REFUSED', message, { hint });
}
