import type { AuditRecord } from '../../relays/audit.ts';
import type { PluginEntry } from '../config/document.ts';
import type { Clock } from '../core/clock.ts';
import { printable } from '../core/printable.ts';
import { allows, type Decision } from '../permissions/allowing.ts';
import { grantingLine } from '../permissions/granting.ts';
import { type Permission, parsePermission, permissionText } from '../permissions/permission.ts';

/** Uses of one grant that follow within this time are counted, not told one by one (docs/decisions/0003). */
const coalesceMs = 1_000;

/** Decides about one instance's permissions, and tells the audit relay of every denial and every use. */
export interface Access {
  /** Decides without telling anyone. A denial's rule ends in what would allow it. */
  check(needed: Permission): Decision;
  /** Decides and tells. @param method of a request: such a use is told for itself, and not counted with others */
  decide(needed: Permission, method?: string): Decision;
  /** Tells of a denial that the grants alone did not cause. */
  deny(needed: Permission, rule: string, method?: string): void;
  /** Tells of the uses that were only counted so far. */
  flush(): void;
}

interface AccessOptions {
  /** The entry in force; its grants are what the operator gave, also those the manifest does not ask for. */
  readonly entry: PluginEntry;
  readonly effective: readonly Permission[];
  readonly clock: Clock;
  readonly audit: (record: AuditRecord) => void;
}

interface Usage {
  toldAt: number;
  repeats: number;
  permission: string;
}

export function createAccess({ entry, effective, clock, audit }: AccessOptions): Access {
  const granted = entry.permissions.map(parsePermission);
  const usages = new Map<string, Usage>();

  const tell = (
    decision: 'used' | 'denied',
    permission: string,
    rule: string,
    { method, repeats = 0 }: Pick<AuditRecord, 'method' | 'repeats'> = {},
  ): void => {
    audit({
      time: clock.now(),
      plugin: entry.id,
      decision,
      permission: printable(permission),
      rule: printable(rule),
      ...(method !== undefined && { method }),
      ...(repeats > 0 && { repeats }),
    });
  };

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
    const decision = allows(effective, needed);
    if (decision.allowed) return decision;
    const remedy = allows(granted, needed).allowed
      ? `granted to "${entry.id}", but its plugin.toml does not ask for it`
      : `to allow it, write in the entry "${entry.id}": ${grantingLine(entry, [needed])}`;
    return { allowed: false, rule: `${decision.rule}; ${remedy}` };
  };

  return {
    check,
    decide(needed, method) {
      const decision = check(needed);
      const permission = permissionText(needed);
      if (decision.allowed && method === undefined) tellUse(permission, decision.rule);
      else tell(decision.allowed ? 'used' : 'denied', permission, decision.rule, methodOf(method));
      return decision;
    },
    deny: (needed, rule, method) => tell('denied', permissionText(needed), rule, methodOf(method)),
    flush() {
      for (const [rule, { repeats, permission }] of usages) {
        if (repeats > 0) tell('used', permission, rule, { repeats: repeats - 1 });
      }
      usages.clear();
    },
  };
}

function methodOf(method: string | undefined): Pick<AuditRecord, 'method'> {
  return method === undefined ? {} : { method };
}
