import { covers } from './allowing.ts';
import { type GrantRequest, resolveGrants, sharedWith } from './granting.ts';
import { type Lease, type LeaseUse, leaseBounds, leaseEnd, leaseKey, unused } from './leases.ts';
import { parsePermission, permissionText } from './permission.ts';
import { wantsFingerprint } from './wants.ts';

/** What became of something a plugin asks for. */
export interface WantReport {
  readonly permission: string;
  /** The author's. */
  readonly reason: string;
  readonly isOptional: boolean;
  /**
   * `granted` for good, `leased` for a time, `missing` though it is required, `withheld` and done without, `forbidden` by
   * the policy, `waiting` for somebody to approve an upgrade.
   */
  readonly state: 'granted' | 'leased' | 'missing' | 'withheld' | 'forbidden' | 'waiting';
  /** The grants that give it, or why it is not given. */
  readonly rule: string;
}

/** One grant of the operator. */
export interface GrantReport {
  readonly permission: string;
  readonly by: 'permissions' | 'watch' | 'lease';
  /** False: no want of the manifest uses it. */
  readonly isAskedFor: boolean;
  readonly lease?: Lease & {
    readonly used: LeaseUse;
    /** Why it gives nothing any more. */
    readonly ended?: string;
  };
}

/** Everything about the permissions of one plugin. */
export interface PermissionReport {
  readonly policy: string;
  readonly wants: readonly WantReport[];
  readonly grants: readonly GrantReport[];
  /** Set when wants wait: what `approved` in the entry would have to say. */
  readonly approval?: string;
}

interface ReportRequest extends GrantRequest {
  /** Wants that nobody approved. */
  readonly waiting: readonly string[];
}

/** Tells who asked, who granted, and what came of it. @throws `PERMISSION_INVALID` */
export function permissionReport(request: ReportRequest): PermissionReport {
  const { manifest, isDeclared, entry, waiting } = request;
  const wants = isDeclared ? (manifest.permissions ?? []) : [];
  const parsedWants = wants.map(({ want }) => parsePermission(want));
  const isAskedFor = (permission: string): boolean =>
    !isDeclared || parsedWants.some((want) => sharedWith([parsePermission(permission)], want).length > 0);
  return {
    policy: entry.policy.name,
    wants: wants.map((want) => wantReport(want, request)),
    grants: [
      ...entry.permissions.map((permission) => ({
        permission,
        by: isWatched(permission, request) ? ('watch' as const) : ('permissions' as const),
        isAskedFor: isAskedFor(permission),
      })),
      ...entry.leases.map((lease) => ({
        permission: lease.permission,
        by: 'lease' as const,
        isAskedFor: isAskedFor(lease.permission),
        lease: leaseReport(lease, request),
      })),
    ],
    ...(waiting.length > 0 && { approval: wantsFingerprint(manifest) }),
  };
}

type Want = NonNullable<GrantRequest['manifest']['permissions']>[number];

function wantReport({ want, reason, optional = false }: Want, request: ReportRequest): WantReport {
  const { entry, waiting } = request;
  const asked = { manifest: { permissions: [{ want, reason, optional }] }, isDeclared: true };
  const { effective, leased, missing, forbidden, withheld } = resolveGrants({ ...request, ...asked });
  const told = (state: WantReport['state'], rule: string): WantReport => ({
    permission: want,
    reason,
    isOptional: optional,
    state,
    rule,
  });
  if (waiting.includes(want)) return told('waiting', 'an upgrade asks for it and nobody approved that');
  const [against] = forbidden;
  if (against) return told('forbidden', against.rule);
  const [lacking] = missing;
  if (lacking) return told('missing', lacking.rule);
  const [without] = withheld;
  if (without) return told('withheld', without.rule);
  const [lease] = leased;
  if (lease) return told('leased', `a lease: ${leaseBounds(lease.lease)}`);
  const by = entry.permissions.filter((text) =>
    effective.some((permission) => covers(parsePermission(text), permission)),
  );
  return told('granted', (by.length > 0 ? by : effective.map(permissionText)).join(', '));
}

function leaseReport(lease: Lease, { leaseUse, now }: GrantRequest): NonNullable<GrantReport['lease']> {
  const used = leaseUse.get(leaseKey(lease)) ?? unused;
  const ended = leaseEnd(lease, used, now);
  return { ...lease, used, ...(ended !== undefined && { ended }) };
}

function isWatched(permission: string, { entry }: GrantRequest): boolean {
  return (entry.watch?.directories ?? []).some((directory) =>
    ['fs:list', 'fs:metadata', 'watch'].some((kind) => permission === `${kind}:${directory}`),
  );
}
