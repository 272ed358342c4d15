import { allows, covers } from './allowing.ts';
import { type Lease, type LeaseUse, leaseEnd, leaseKey, unused } from './leases.ts';
import { type Permission, type PermissionKind, parsePermission, permissionText } from './permission.ts';
import { type Policy, ruleAgainstAll } from './policy.ts';

/** A permission the plugin requires and the operator has not granted. */
export interface MissingGrant {
  readonly permission: string;
  /** The author's, from the manifest. */
  readonly reason: string;
  /** The line for the plugin's entry that grants it, with what is granted already and all else that is missing. */
  readonly tomlLine: string;
  /** Why nothing gives it: no grant does, or its lease ended. */
  readonly rule: string;
}

/** A permission the plugin asked for and does not get, and why. */
export interface Withheld {
  readonly permission: string;
  readonly rule: string;
}

/** A live lease and what of it takes effect. */
export interface LeasedGrant {
  readonly lease: Lease;
  readonly permissions: readonly Permission[];
}

export interface Grants {
  /** What the manifest asks for, the policy does not forbid and the operator granted: the narrower of them. Leased ones included. */
  readonly effective: readonly Permission[];
  /** Those of `effective` that end, none twice. */
  readonly leased: readonly LeasedGrant[];
  readonly missing: readonly MissingGrant[];
  /** What is required and no grant can give: the policy forbids it. */
  readonly forbidden: readonly Withheld[];
  /** Optional wants that no grant covers or the policy forbids; the plugin does without. */
  readonly withheld: readonly Withheld[];
}

/** The part of a manifest that asks. */
export interface Wanting {
  readonly permissions?: readonly {
    readonly want: string;
    readonly reason: string;
    readonly optional?: boolean;
  }[];
}

/** The part of a config entry that grants. */
export interface Granting {
  /** All lasting grants as texts, those of `channels` and `watch.directories` included. */
  readonly permissions: readonly string[];
  readonly leases: readonly Lease[];
  readonly policy: Policy;
  readonly watch?: { readonly directories: readonly string[] };
}

export interface GrantRequest {
  readonly manifest: Wanting;
  /** False when there is no `plugin.toml`: then the operator alone decides. */
  readonly isDeclared: boolean;
  readonly entry: Granting;
  /** Where relative paths start. */
  readonly baseFolder: string;
  readonly now: number;
  /** By `leaseKey`; absent is unused. */
  readonly leaseUse: ReadonlyMap<string, LeaseUse>;
}

/**
 * Matches what a plugin wants with what its entry grants and its policy allows. A want with the scope `*` takes every grant of its
 * kind and is missing only when there is none.
 *
 * @throws `PERMISSION_INVALID` when the manifest or the entry names a permission that does not exist
 */
export function resolveGrants(request: GrantRequest): Grants {
  const { manifest, isDeclared, entry, baseFolder } = request;
  const lasting = entry.permissions.map(parsePermission);
  const leases = liveLeases(request);
  const granted = [...lasting, ...leases.map(({ permission }) => permission)];
  const ruleOf = (permission: Permission) => ruleAgainstAll(entry.policy, permission, baseFolder);
  const isLeft = (permission: Permission) => ruleOf(permission) === undefined;
  if (!isDeclared) {
    const lost = granted.filter((permission) => !isLeft(permission));
    return {
      ...taken(granted.filter(isLeft), lasting, leases),
      missing: [],
      forbidden: [],
      withheld: lost.map((permission) => ({
        permission: permissionText(permission),
        rule: ruleOf(permission) ?? '',
      })),
    };
  }

  const effective: Permission[] = [];
  const unmet: { permission: Permission; reason: string }[] = [];
  const forbidden: Withheld[] = [];
  const withheld: Withheld[] = [];
  for (const { want, reason, optional = false } of manifest.permissions ?? []) {
    const permission = parsePermission(want);
    const shared = sharedWith(granted, permission);
    const left = shared.filter(isLeft);
    effective.push(...left);
    const rule = isMet(permission, left)
      ? undefined
      : ruleOf(shared.find((each) => !isLeft(each)) ?? permission);
    if (rule !== undefined) (optional ? withheld : forbidden).push({ permission: want, rule });
    else if (!isMet(permission, left)) {
      if (optional) withheld.push({ permission: want, rule: whyNotGranted(request, permission) });
      else unmet.push({ permission, reason });
    }
  }
  const tomlLine = grantingLine(
    entry,
    unmet.map(({ permission }) => permission),
  );
  return {
    ...taken(effective, lasting, leases),
    missing: unmet.map(({ permission, reason }) => ({
      permission: permissionText(permission),
      reason,
      tomlLine,
      rule: whyNotGranted(request, permission),
    })),
    forbidden,
    withheld,
  };
}

/** What both sides agree on: the want where a grant covers it, else the grants that lie within the want. */
export function sharedWith(granted: readonly Permission[], want: Permission): readonly Permission[] {
  if (want.scope === '*') return granted.filter(({ kind }) => kind === want.kind);
  if (allows(granted, want).allowed) return [want];
  return granted.filter((grant) => covers(want, grant));
}

/** The `permissions` line of an entry with these added. A scope `*` becomes a placeholder that says what to fill in. */
export function grantingLine(
  entry: Pick<Granting, 'permissions' | 'watch'>,
  added: readonly Permission[],
): string {
  const byWatch = new Set(
    entry.watch?.directories.flatMap((directory) =>
      ['fs:list', 'fs:metadata', 'watch'].map((kind) => `${kind}:${directory}`),
    ),
  );
  const written = entry.permissions.filter((text) => !byWatch.has(text));
  const texts = new Set([...written, ...added.map(withPlaceholder)]);
  return `permissions = [${[...texts].map((text) => JSON.stringify(text)).join(', ')}]`;
}

/** A permission whose scope the operator has to choose, with a word for what is to be filled in. */
export function withPlaceholder(permission: Permission): string {
  const { kind, scope } = permission;
  return permissionText(scope === '*' ? { kind, scope: placeholders[kind] ?? scope } : permission);
}

const placeholders: Partial<Record<PermissionKind, string>> = {
  'fs:list': '<directory>',
  'fs:metadata': '<directory>',
  'fs:read': '<directory>',
  'fs:write': '<directory>',
  watch: '<directory>',
  'net:request': '<origin>',
  'relay:publish': '<channel>',
  'storage:read': '<space>',
  'storage:write': '<space>',
  'plugin:call': '<plugin id>',
  'env:read': '<NAME>',
  'host:use': '<interface>',
};

interface LiveLease {
  readonly lease: Lease;
  readonly permission: Permission;
}

function liveLeases({ entry, leaseUse, now }: GrantRequest): readonly LiveLease[] {
  return entry.leases
    .filter((lease) => leaseEnd(lease, leaseUse.get(leaseKey(lease)) ?? unused, now) === undefined)
    .map((lease) => ({ lease, permission: parsePermission(lease.permission) }));
}

/** Tells leased permissions from lasting ones; what both give is lasting. */
function taken(
  all: readonly Permission[],
  lasting: readonly Permission[],
  leases: readonly LiveLease[],
): Pick<Grants, 'effective' | 'leased'> {
  const effective = unique(all);
  const ending = effective.filter((permission) => !lasting.some((grant) => covers(grant, permission)));
  const leased = leases.map(({ lease, permission: grant }) => ({
    lease,
    permissions: ending.filter((permission) => covers(grant, permission)),
  }));
  return { effective, leased: leased.filter(({ permissions }) => permissions.length > 0) };
}

function whyNotGranted({ entry, leaseUse, now }: GrantRequest, want: Permission): string {
  for (const lease of entry.leases) {
    const end = leaseEnd(lease, leaseUse.get(leaseKey(lease)) ?? unused, now);
    if (end !== undefined && sharedWith([parsePermission(lease.permission)], want).length > 0) return end;
  }
  return 'its entry does not grant it';
}

function isMet(want: Permission, shared: readonly Permission[]): boolean {
  return want.scope === '*' ? shared.length > 0 : shared.includes(want);
}

function unique(permissions: readonly Permission[]): readonly Permission[] {
  return [...new Map(permissions.map((permission) => [permissionText(permission), permission])).values()];
}
