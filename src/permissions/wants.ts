import { fingerprint } from '../core/fingerprint.ts';
import { covers } from './allowing.ts';
import { type Granting, sharedWith, type Wanting } from './granting.ts';
import { type Permission, parsePermission } from './permission.ts';

/** What is to be made of the wants of an artifact, see docs/decisions/0014. */
export interface WantsVerdict {
  /** Wants that would give the plugin more than was approved: nothing of the artifact may run before that is. */
  readonly waiting: readonly string[];
  /** All that counts as approved from now on; undefined when that is what was approved already. */
  readonly approved?: readonly string[];
}

interface WantsRequest {
  readonly manifest: Wanting;
  /** The wants approved before; undefined when this plugin was never loaded. */
  readonly approved: readonly string[] | undefined;
  /** The grants as they stand, and the fingerprint of the wants the operator approved in so many words. */
  readonly entry: Pick<Granting, 'permissions' | 'leases'> & { readonly approved?: string };
}

/** Names a set of wants, whatever their order and reasons: what `approved` in an entry says. */
export function wantsFingerprint({ permissions = [] }: Wanting): string {
  return fingerprint([...new Set(permissions.map(({ want }) => want))].sort()).slice(0, 16);
}

/**
 * A want waits when it was not approved and the grants as they stand would give it something no approved want gives. One that
 * gives nothing yet is remembered as approved: a grant that comes later is the operator's answer to it.
 *
 * @throws `PERMISSION_INVALID`
 */
export function judgeWants({ manifest, approved, entry }: WantsRequest): WantsVerdict {
  const wants = [...new Set((manifest.permissions ?? []).map(({ want }) => want))];
  if (approved === undefined) return { waiting: [], approved: wants };
  const before = approved.map(parsePermission);
  const isApproved = (permission: Permission) => before.some((want) => wantCovers(want, permission));
  const grants = [...entry.permissions, ...entry.leases.map(({ permission }) => permission)].map(
    parsePermission,
  );
  const isSaid = entry.approved === wantsFingerprint(manifest);
  const waiting = isSaid
    ? []
    : wants.filter((want) => sharedWith(grants, parsePermission(want)).some((given) => !isApproved(given)));
  const added = wants.filter((want) => !waiting.includes(want) && !isApproved(parsePermission(want)));
  return { waiting, ...(added.length > 0 && { approved: [...approved, ...added] }) };
}

function wantCovers(want: Permission, permission: Permission): boolean {
  return want.scope === '*' ? want.kind === permission.kind : covers(want, permission);
}
