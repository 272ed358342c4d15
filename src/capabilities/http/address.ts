import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Who may reach an address:
 * - `public`: whoever was granted a name that leads there. Public unicast, and nothing else.
 * - `local`: only who was granted the address itself, or `localhost`. This machine, this network, the cloud's metadata.
 * - `never`: nobody. It names no one machine, or it names one in a way that hides which.
 */
export type Reach = 'public' | 'local' | 'never';

export interface AddressClass {
  readonly reach: Reach;
  /** For people: `loopback`, `carrierGradeNat`, `6to4`. */
  readonly range: string;
}

const localRanges: ReadonlySet<string> = new Set([
  'private',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
  'deprecatedSiteLocal',
]);

/** Metadata and agents of Azure's machines answer here, at an address that looks like any public one. */
const azureWireServer = '168.63.129.16';

/** Classifies an address as a resolver or `URL` gives it; text that is none in the strict sense is `never`. */
export function classifyAddress(text: string): AddressClass {
  // Only after this: the library also reads octal and short forms, which a system may read as another address.
  if (isIP(text) === 0 || text.includes('%')) return { reach: 'never', range: 'no address' };
  if (text === azureWireServer) return { reach: 'local', range: 'metadata' };
  const address = ipaddr.parse(text);
  const range: string = 'parts' in address ? rangeOfIpv6(address) : address.range();
  if (range === 'unicast') return { reach: 'public', range };
  return { reach: localRanges.has(range) ? 'local' : 'never', range };
}

function rangeOfIpv6(address: ipaddr.IPv6): string {
  const { parts } = address;
  // RFC 5214: an interface identifier of 0000:5efe or 0200:5efe carries an IPv4 address, under any prefix.
  if (((parts[4] ?? 0) & 0xfdff) === 0 && parts[5] === 0x5efe) return 'isatap';
  const range = address.range();
  // All that IANA has given out as global unicast. IPv4-compatible addresses (::/96) and much else lie outside.
  return range === 'unicast' && ((parts[0] ?? 0) & 0xe000) !== 0x2000 ? 'unallocated' : range;
}
