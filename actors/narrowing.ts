import { allows } from '../src/permissions/allowing.ts';
import { isAtLeast, type Lease } from '../src/permissions/leases.ts';
import type { Permission } from '../src/permissions/permission.ts';
import { hasSameRules } from '../src/permissions/policy.ts';
import { type Assignment, grantsOf, type LoadPlan } from './load-plan.ts';

/**
 * True when an edit takes something away that the serving instance was given: a permission, a part of a lease, or room in its
 * policy. Then what it does at the moment must not be finished. Pure; an edit that only adds is never narrower.
 */
export function isNarrower(serving: LoadPlan, next: Assignment): boolean {
  const { assignment, artifact, standing } = serving;
  if (assignment.baseFolder !== next.baseFolder) return true;
  if (!hasSameRules(assignment.entry.policy, next.entry.policy)) return true;
  const grants = grantsOf(next, artifact, standing);
  if ('code' in grants) return true;
  const ending = grants.leased.flatMap(({ permissions }) => permissions);
  const lasting = grants.effective.filter((permission) => !ending.includes(permission));
  return serving.permissions.some((permission) => {
    if (allows(lasting, permission).allowed) return false;
    const before = leaseOf(serving.leased, permission);
    const after = leaseOf(grants.leased, permission);
    return !before || !after || !isAtLeast(after, before);
  });
}

function leaseOf(leased: LoadPlan['leased'], permission: Permission): Lease | undefined {
  return leased.find(({ permissions }) => allows(permissions, permission).allowed)?.lease;
}
