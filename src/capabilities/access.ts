import type { AuditRecord } from '../../relays/audit.ts';
import type { PluginEntry } from '../config/document.ts';
import type { Clock } from '../core/clock.ts';
import { printable } from '../core/printable.ts';
import { allows, covers, type Decision } from '../permissions/allowing.ts';
import { grantingLine, type LeasedGrant } from '../permissions/granting.ts';
import { leaseEnd, unused } from '../permissions/leases.ts';
import { type Permission, parsePermission, permissionText } from '../permissions/permission.ts';
import { ruleAgainst } from '../permissions/policy.ts';
import type { GrantMemory } from '../ports/grant-memory.ts';
import { createLeases, type Leases } from './leases.ts';

/** Uses of one grant that follow within this time are counted, not told one by one (docs/decisions/0003). */
const coalesceMs = 1_000;

/** Decides about one instance's permissions, and tells the audit relay of every denial and every use. */
export interface Access {
  /** Decides without telling anyone. A denial's rule ends in what would allow it. */
  check(needed: Permission): Decision;
  /** Whether what was decided still stands for something that goes on: one use does so until its lease expires, were it the last. */
  holds(decision: Decision, needed: Permission): boolean;
  /** Decides and tells. A use of a lease counts. @param method of a request: such a use is told for itself, and not counted with others */
  decide(needed: Permission, method?: string): Decision;
  /** Tells of a denial that the grants alone did not cause. */
  deny(needed: Permission, rule: string, method?: string): void;
  /** Charges bytes to the lease that allowed something, where it was one. */
  charge(decision: Decision, bytes: number): void;
  /** Tells of the uses that were only counted so far. */
  flush(): void;
  /** Host calls that wait under a lease. */
  readonly leases: Leases;
}

interface AccessOptions {
  /** The entry in force; its grants are what the operator gave, also those the manifest does not ask for. */
  readonly entry: PluginEntry;
  readonly baseFolder: string;
  readonly effective: readonly Permission[];
  /** Those of them that end. */
  readonly leased: readonly LeasedGrant[];
  readonly memory: GrantMemory;
  readonly clock: Clock;
  readonly audit: (record: AuditRecord) => void;
}

interface Usage {
  toldAt: number;
  repeats: number;
  permission: string;
}

export function createAccess(options: AccessOptions): Access {
  const { entry, baseFolder, effective, leased, memory, clock, audit } = options;
  const granted = entry.permissions.map(parsePermission);
  const ending = leased.flatMap(({ permissions }) => permissions);
  const lasting = effective.filter((permission) => !ending.includes(permission));
  const leases = createLeases({ ...options, tell: (permission, rule) => tell('withheld', permission, rule) });
  const usages = new Map<string, Usage>();

  function tell(
    decision: AuditRecord['decision'],
    permission: string,
    rule: string,
    { method, repeats = 0 }: Pick<AuditRecord, 'method' | 'repeats'> = {},
  ): void {
    audit({
      time: clock.now(),
      plugin: entry.id,
      decision,
      permission: printable(permission),
      rule: printable(rule),
      ...(method !== undefined && { method }),
      ...(repeats > 0 && { repeats }),
    });
  }

  const tellUse = (permission: string, rule: string): void => {
    const now = clock.now();
    const usage = usages.get(rule);
    if (usage && Math.abs(now - usage.toldAt) < coalesceMs) {
      usage.repeats++;
      usage.permission = permission;
      return;
    }
    tell('used', permission, rule, usage && { repeats: usage.repeats });
    usages.set(rule, { toldAt: now, repeats: 0, permission });
  };

  const check = (needed: Permission): Decision => {
    const decided = allows(lasting, needed);
    const decision = decided.allowed ? decided : (leases.check(needed) ?? decided);
    if (decision.allowed) {
      const rule = ruleAgainst(entry.policy, needed, baseFolder);
      return rule === undefined ? decision : { allowed: false, rule };
    }
    const ended = leases.endOf(needed);
    if (ended !== undefined) return { allowed: false, rule: ended };
    const remedy = allows(granted, needed).allowed
      ? `granted to "${entry.id}", but its plugin.toml does not ask for it`
      : `to allow it, write in the entry "${entry.id}": ${grantingLine(entry, [needed])}`;
    return { allowed: false, rule: `${decision.rule}; ${remedy}` };
  };

  return {
    check,
    holds(decision, needed) {
      if (check(needed).allowed) return true;
      if (!decision.allowed || !decision.lease || !covers(decision.grant, needed)) return false;
      const isExpired = leaseEnd(decision.lease, unused, clock.now()) !== undefined;
      return !isExpired && ruleAgainst(entry.policy, needed, baseFolder) === undefined;
    },
    decide(needed, method) {
      const decision = check(needed);
      const permission = permissionText(needed);
      if (decision.allowed && decision.lease) leases.use(decision.lease);
      if (decision.allowed && method === undefined) tellUse(permission, decision.rule);
      else tell(decision.allowed ? 'used' : 'denied', permission, decision.rule, methodOf(method));
      return decision;
    },
    deny: (needed, rule, method) => tell('denied', permissionText(needed), rule, methodOf(method)),
    charge(decision, bytes) {
      if (decision.allowed && decision.lease && bytes > 0)
        memory.spend(entry.id, decision.lease, { calls: 0, bytes });
    },
    flush() {
      for (const [rule, { repeats, permission }] of usages) {
        if (repeats > 0) tell('used', permission, rule, { repeats: repeats - 1 });
      }
      usages.clear();
    },
    leases,
  };
}

function methodOf(method: string | undefined): Pick<AuditRecord, 'method'> {
  return method === undefined ? {} : { method };
}
