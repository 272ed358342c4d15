/** A grant that ends: at a time, after so many uses, or after so many bytes, whichever comes first. */
export interface Lease {
  readonly permission: string;
  /** When it was given, milliseconds since 1970-01-01 UTC. Another time makes it another lease, unused. */
  readonly grantedAt?: number;
  readonly expiresAt?: number;
  readonly calls?: number;
  /** The use that goes beyond them is the last one: how many it takes is known only afterwards. */
  readonly bytes?: number;
}

/** What was used of a lease so far. */
export interface LeaseUse {
  readonly calls: number;
  readonly bytes: number;
}

export const unused: LeaseUse = { calls: 0, bytes: 0 };

/** What tells the leases of one plugin apart, also after its budget was changed. */
export function leaseKey({ permission, grantedAt = 0 }: Lease): string {
  return `${permission} ${grantedAt}`;
}

/** Why a lease gives nothing any more; undefined while it does. */
export function leaseEnd(
  { permission, expiresAt, calls, bytes }: Lease,
  use: LeaseUse,
  now: number,
): string | undefined {
  const lease = `the lease of "${permission}"`;
  if (expiresAt !== undefined && now >= expiresAt)
    return `${lease} expired at ${new Date(expiresAt).toISOString()}`;
  if (calls !== undefined && use.calls >= calls) return `${lease} is used up: ${calls} calls`;
  if (bytes !== undefined && use.bytes >= bytes) return `${lease} is used up: ${bytes} bytes`;
  return undefined;
}

/** True when `next` gives at least what `before` still gives. */
export function isAtLeast(next: Lease, before: Lease): boolean {
  const reaches = (a: number | undefined, b: number | undefined) => (a ?? Infinity) >= (b ?? Infinity);
  return (
    next.permission === before.permission &&
    reaches(next.expiresAt, before.expiresAt) &&
    reaches(next.calls, before.calls) &&
    reaches(next.bytes, before.bytes)
  );
}

/** Its bounds for people: `until 2026-11-22T10:00:00.000Z, 100 calls`. */
export function leaseBounds({ expiresAt, calls, bytes }: Lease): string {
  return [
    expiresAt === undefined ? undefined : `until ${new Date(expiresAt).toISOString()}`,
    calls === undefined ? undefined : `${calls} calls`,
    bytes === undefined ? undefined : `${bytes} bytes`,
  ]
    .filter((bound) => bound !== undefined)
    .join(', ');
}
