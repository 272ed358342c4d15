import type { Static } from 'typebox';
import { SignalboxError } from '../core/errors.ts';
import type { Path } from '../manifest/schema-problem.ts';
import type { Lease } from '../permissions/leases.ts';
import { parsePermission } from '../permissions/permission.ts';
import type { leaseSchema } from './document.ts';
import { valueText } from './toml-text.ts';

type WrittenLease = Static<typeof leaseSchema>;

export type LeasesReading =
  | { readonly outcome: 'leases'; readonly leases: readonly Lease[] }
  | { readonly outcome: 'invalid'; readonly path: Path; readonly message: string; readonly hint?: string };

/** The leases of one entry, whose shape was checked. */
export function readLeases(written: readonly WrittenLease[]): LeasesReading {
  const leases: Lease[] = [];
  for (const [index, lease] of written.entries()) {
    const invalid = (key: string, message: string, hint?: string): LeasesReading => ({
      outcome: 'invalid',
      path: ['leases', index, key],
      message,
      ...(hint !== undefined && { hint }),
    });
    const { permission, granted, expires, calls, bytes } = lease;
    try {
      parsePermission(permission);
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error;
      return invalid('permission', error.message, error.hint);
    }
    if (leases.some((other) => other.permission === permission))
      return invalid('permission', `"${permission}" has two leases`, 'Keep one of them');
    if (expires === undefined && calls === undefined && bytes === undefined)
      return invalid(
        'permission',
        `the lease of "${permission}" never ends`,
        'Write expires, calls or bytes, or grant it in permissions',
      );
    for (const [key, text] of [
      ['granted', granted],
      ['expires', expires],
    ] as const) {
      if (text !== undefined && timeOf(text) === undefined)
        return invalid(
          key,
          `"leases.${key}" is ${JSON.stringify(text)}, not a time with an offset`,
          `Write ${key} = 2026-11-22T10:00:00Z`,
        );
    }
    leases.push({
      permission,
      ...(granted !== undefined && { grantedAt: timeOf(granted) ?? 0 }),
      ...(expires !== undefined && { expiresAt: timeOf(expires) ?? 0 }),
      ...(calls !== undefined && { calls }),
      ...(bytes !== undefined && { bytes }),
    });
  }
  return { outcome: 'leases', leases };
}

/** A lease as an element of `leases`, on one line. */
export function leaseText({ permission, grantedAt, expiresAt, calls, bytes }: Lease): string {
  const members = [
    `permission = ${valueText(permission)}`,
    ...(grantedAt === undefined ? [] : [`granted = ${timeText(grantedAt)}`]),
    ...(expiresAt === undefined ? [] : [`expires = ${timeText(expiresAt)}`]),
    ...(calls === undefined ? [] : [`calls = ${calls}`]),
    ...(bytes === undefined ? [] : [`bytes = ${bytes}`]),
  ];
  return `{ ${members.join(', ')} }`;
}

/** Times of day without an offset mean another moment on another machine. */
function timeOf(text: string): number | undefined {
  const time = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function timeText(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
