import { isIP } from 'node:net';
import { isHostName } from '../../permissions/origins.ts';
import { classifyAddress, type Reach } from './address.ts';
import { brokenOff } from './failure.ts';
import type { NameResolver } from './name-resolver.ts';

/** Where a URL leads: addresses that were checked, and are not looked up again. */
export interface Destination {
  readonly outcome: 'destination';
  readonly isSecure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** At least one. */
  readonly addresses: readonly string[];
}

export interface Unreachable {
  readonly outcome: 'refused';
  /** What an operator should know. */
  readonly rule: string;
  /** What the guest may: not what the host's name servers say. */
  readonly guestRule: string;
}

/** RFC 6761: it is this machine, whatever a name server says. */
const localhost = ['127.0.0.1', '::1'];

/**
 * Finds the addresses of a URL whose origin is granted. An address in the URL, and `localhost`, were granted as such and may lie
 * in private space; a name may not lead there, not even with one of its answers.
 *
 * @throws RequestFailure `io` when a name has no address
 */
export async function findDestination(
  url: URL,
  resolve: NameResolver,
  signal: AbortSignal,
): Promise<Destination | Unreachable> {
  const isSecure = url.protocol === 'https:';
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const destination = { outcome: 'destination', isSecure, hostname, port: portOf(url) } as const;
  if (hostname === 'localhost') return { ...destination, addresses: localhost };
  if (isIP(hostname) !== 0) {
    const unfit = unfitAddress([hostname], ['public', 'local']);
    return unfit
      ? refusal(hostname, `"${hostname}" is`, unfit.range)
      : { ...destination, addresses: [hostname] };
  }
  if (!isHostName(hostname)) return refusal(hostname, `"${hostname}" is`, 'no name');
  const addresses = await resolve(hostname, signal).catch((cause: unknown) => {
    throw brokenOff(`The name "${hostname}" cannot be resolved`, cause);
  });
  const unfit = unfitAddress(addresses, ['public']);
  if (unfit) return refusal(hostname, `"${hostname}" leads to ${unfit.address}, which is`, unfit.range);
  if (addresses.length === 0) throw brokenOff(`The name "${hostname}" cannot be resolved`, undefined);
  return { ...destination, addresses };
}

function unfitAddress(
  addresses: readonly string[],
  allowed: readonly Reach[],
): { readonly address: string; readonly range: string } | undefined {
  for (const address of addresses) {
    const { reach, range } = classifyAddress(address);
    if (!allowed.includes(reach)) return { address, range };
  }
  return undefined;
}

function refusal(hostname: string, found: string, range: string): Unreachable {
  return {
    outcome: 'refused',
    rule: `${found} not public (${range})`,
    guestRule: `"${hostname}" leads to an address that no plugin may reach by that name`,
  };
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
