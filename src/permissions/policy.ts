import { resolve, sep } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { covers, isPathKind } from './allowing.ts';
import type { Limits } from './limits.ts';
import {
  type Permission,
  type PermissionKind,
  parsePermission,
  permissionKinds,
  permissionText,
} from './permission.ts';

/** What one name allows, whoever asks and whatever is granted: a profile of ours, or `[policies.<name>]` of the operator. */
export interface Policy {
  readonly name: string;
  readonly limits: Limits;
  /** Its own rules and those of every policy it is based on. All have to agree. */
  readonly layers: readonly PolicyLayer[];
}

export interface PolicyLayer {
  /** Whose rules these are. */
  readonly name: string;
  /** Absent: everything that is not denied. */
  readonly allow?: readonly Pattern[];
  readonly deny: readonly Pattern[];
}

/** Some permissions: those of certain kinds, for one scope or for any. */
export interface Pattern {
  /** As written. */
  readonly text: string;
  readonly kinds: readonly PermissionKind[];
  readonly scope?: string;
}

const allKinds = Object.keys(permissionKinds) as readonly PermissionKind[];

/**
 * Reads one pattern: `*`, a domain `fs:*`, a kind `net:request` with or without `:*`, or a permission `fs:read:waves`.
 *
 * @throws `PERMISSION_INVALID`
 */
export function parsePattern(text: string): Pattern {
  if (text === '*') return { text, kinds: allKinds };
  const start = text.endsWith(':*') ? text.slice(0, -2) : text;
  const [kind] = allKinds.filter((candidate) => candidate === start);
  if (kind) return { text, kinds: [kind] };
  const domain = allKinds.filter((candidate) => candidate.startsWith(`${start}:`));
  if (text.endsWith(':*') && domain.length > 0) return { text, kinds: domain };
  const { kind: only, scope } = parsePermission(text);
  if (scope !== undefined) return { text, kinds: [only], scope };
  throw new SignalboxError('PERMISSION_INVALID', `Permission pattern ${JSON.stringify(text)} is not known`, {
    hint: 'Write "*", "fs:*", "net:request" or a whole permission',
  });
}

/** The rule by which a policy forbids this one use; undefined when it allows it. Relative paths start at `baseFolder`. */
export function ruleAgainst(policy: Policy, needed: Permission, baseFolder: string): string | undefined {
  for (const { name, allow, deny } of policy.layers) {
    const denied = deny.find((pattern) => holds(pattern, needed, baseFolder, foldedNames));
    if (denied) return `policy "${name}" denies "${denied.text}"`;
    if (allow && !allow.some((pattern) => holds(pattern, needed, baseFolder, asWritten)))
      return `policy "${name}" does not allow "${permissionText(needed)}"`;
  }
  return undefined;
}

/**
 * The rule by which a policy leaves nothing of a permission; undefined when it leaves all or a part. Of a part each use is
 * decided by `ruleAgainst`.
 */
export function ruleAgainstAll(policy: Policy, granted: Permission, baseFolder: string): string | undefined {
  for (const { name, allow, deny } of policy.layers) {
    const denied = deny.find((pattern) => holds(pattern, granted, baseFolder, foldedNames));
    if (denied) return `policy "${name}" denies "${denied.text}"`;
    if (allow && !allow.some((pattern) => overlaps(pattern, granted, baseFolder)))
      return `policy "${name}" does not allow "${permissionText(granted)}"`;
  }
  return undefined;
}

/** True when two policies decide alike about every use; their limits may differ. */
export function hasSameRules(a: Policy, b: Policy): boolean {
  const rules = ({ layers }: Policy) =>
    JSON.stringify(
      layers.map(({ allow, deny }) => [allow?.map(({ text }) => text), deny.map(({ text }) => text)]),
    );
  return rules(a) === rules(b);
}

function holds(
  { kinds, scope }: Pattern,
  needed: Permission,
  baseFolder: string,
  spelling: (path: string) => string,
): boolean {
  if (!kinds.includes(needed.kind)) return false;
  if (scope === undefined) return true;
  if (!isPathKind(needed.kind)) return covers({ kind: needed.kind, scope }, needed);
  return isBelow(spelling(resolve(baseFolder, scope)), spelling(resolve(baseFolder, needed.scope ?? '')));
}

function overlaps(pattern: Pattern, granted: Permission, baseFolder: string): boolean {
  if (holds(pattern, granted, baseFolder, asWritten)) return true;
  const { kinds, scope } = pattern;
  if (scope === undefined || !kinds.includes(granted.kind)) return false;
  if (granted.scope === '*') return true;
  const within = { text: '', kinds: [granted.kind], scope: granted.scope ?? '' };
  return holds(within, { kind: granted.kind, scope }, baseFolder, asWritten);
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function asWritten(path: string): string {
  return path;
}

/** Disks may take `Secrets` and `secrets` for one name: what is denied is denied in every spelling. */
function foldedNames(path: string): string {
  return path.normalize('NFKC').toLowerCase();
}
