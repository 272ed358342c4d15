import type { AuditRecord } from '../relays/audit.ts';
import { leaseBounds } from '../src/permissions/leases.ts';
import { permissionText } from '../src/permissions/permission.ts';
import type { PluginContext } from './plugin-context.ts';

/** What the audit is told when the grants of a candidate are settled. Pure. */
export function grantRecords({ id, candidate }: PluginContext, time: number): readonly AuditRecord[] {
  if (candidate === undefined) return [];
  const { resolution } = candidate;
  const told = { time, plugin: id };
  const withheld = resolution.outcome === 'resolved' ? resolution.plan.withheld : resolution.withheld;
  const refused = withheld.map(({ permission, rule }) => ({
    ...told,
    decision: 'withheld' as const,
    permission,
    rule: `entry "${id}": ${rule}`,
  }));
  if (resolution.outcome === 'refused') return refused;
  const { permissions, leased } = resolution.plan;
  const granted = permissions.map((permission) => {
    const lease = leased.find((each) => each.permissions.includes(permission))?.lease;
    const by = lease
      ? `a lease of the entry "${id}": ${leaseBounds(lease)}`
      : `permissions of the entry "${id}"`;
    return { ...told, decision: 'granted' as const, permission: permissionText(permission), rule: by };
  });
  return [...granted, ...refused];
}
