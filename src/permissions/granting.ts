import { allows, covers } from './allowing.ts';
import { type Permission, type PermissionKind, parsePermission, permissionText } from './permission.ts';

/** A permission the plugin requires and the operator has not granted. */
export interface MissingGrant {
  readonly permission: string;
  /** The author's, from the manifest. */
  readonly reason: string;
  /** The line for the plugin's entry that grants it, with what is granted already and all else that is missing. */
  readonly tomlLine: string;
}

export interface Grants {
  /** What the manifest asks for and the operator granted: the narrower of the two. */
  readonly effective: readonly Permission[];
  readonly missing: readonly MissingGrant[];
  /** Optional wants that no grant covers; the plugin does without. */
  readonly withheld: readonly string[];
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
  /** All grants as texts, those of `channels` and `watch.directories` included. */
  readonly permissions: readonly string[];
  readonly watch?: { readonly directories: readonly string[] };
}

interface GrantRequest {
  readonly manifest: Wanting;
  /** False when there is no `plugin.toml`: then the operator alone decides. */
  readonly isDeclared: boolean;
  readonly entry: Granting;
}

/**
 * Matches what a plugin wants with what its entry grants. A want with the scope `*` takes every grant of its kind and is missing
 * only when there is none.
 *
 * @throws `PERMISSION_INVALID` when the manifest or the entry names a permission that does not exist
 */
export function resolveGrants({ manifest, isDeclared, entry }: GrantRequest): Grants {
  const granted = entry.permissions.map(parsePermission);
  if (!isDeclared) return { effective: unique(granted), missing: [], withheld: [] };

  const effective: Permission[] = [];
  const unmet: { permission: Permission; reason: string; optional: boolean }[] = [];
  for (const { want, reason, optional = false } of manifest.permissions ?? []) {
    const permission = parsePermission(want);
    const shared = sharedWith(granted, permission);
    effective.push(...shared);
    if (!isMet(permission, shared)) unmet.push({ permission, reason, optional });
  }

  const required = unmet.filter(({ optional }) => !optional);
  const tomlLine = grantingLine(
    entry,
    required.map(({ permission }) => permission),
  );
  return {
    effective: unique(effective),
    missing: required.map(({ permission, reason }) => ({
      permission: permissionText(permission),
      reason,
      tomlLine,
    })),
    withheld: unmet.filter(({ optional }) => optional).map(({ permission }) => permissionText(permission)),
  };
}

/** The `permissions` line of an entry with these added. A scope `*` becomes a placeholder that says what to fill in. */
export function grantingLine(entry: Granting, added: readonly Permission[]): string {
  const byWatch = new Set(
    entry.watch?.directories.flatMap((directory) =>
      ['fs:list', 'fs:metadata', 'watch'].map((kind) => `${kind}:${directory}`),
    ),
  );
  const written = entry.permissions.filter((text) => !byWatch.has(text));
  const texts = new Set([...written, ...added.map(withPlaceholder)]);
  return `permissions = [${[...texts].map((text) => JSON.stringify(text)).join(', ')}]`;
}

/** What both sides agree on: the want where a grant covers it, else the grants that lie within the want. */
function sharedWith(granted: readonly Permission[], want: Permission): readonly Permission[] {
  if (want.scope === '*') return granted.filter(({ kind }) => kind === want.kind);
  if (allows(granted, want).allowed) return [want];
  return granted.filter((grant) => covers(want, grant));
}

function isMet(want: Permission, shared: readonly Permission[]): boolean {
  return want.scope === '*' ? shared.length > 0 : shared.includes(want);
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

function withPlaceholder(permission: Permission): string {
  const { kind, scope } = permission;
  return permissionText(scope === '*' ? { kind, scope: placeholders[kind] ?? scope } : permission);
}

function unique(permissions: readonly Permission[]): readonly Permission[] {
  return [...new Map(permissions.map((permission) => [permissionText(permission), permission])).values()];
}
