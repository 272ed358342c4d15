import type { Lease } from './leases.ts';
import { originCloseness, originCovers } from './origins.ts';
import { componentsBelow, normalizeGuestPath, normalizeRoot } from './paths.ts';
import { type Permission, type PermissionKind, permissionText } from './permission.ts';

export type Decision =
  | {
      readonly allowed: true;
      /** The grant that covers it. */
      readonly grant: Permission;
      readonly rule: string;
      /** What the use is charged to, when the grant is one that ends. */
      readonly lease?: Lease;
    }
  | { readonly allowed: false; readonly rule: string };

/** What the scope of a kind names, and so how one scope covers another. */
const scopeShapes = {
  'fs:list': 'path',
  'fs:metadata': 'path',
  'fs:read': 'path',
  'fs:write': 'path',
  watch: 'path',
  'net:request': 'origin',
  'relay:publish': 'name',
  'storage:read': 'name',
  'storage:write': 'name',
  'plugin:call': 'name',
  'env:read': 'name',
  'host:use': 'name',
  'time:read': 'none',
  random: 'none',
  metrics: 'none',
  log: 'none',
} as const satisfies Record<PermissionKind, 'path' | 'origin' | 'name' | 'none'>;

/** True for kinds whose scope is a path. */
export function isPathKind(kind: PermissionKind): boolean {
  return scopeShapes[kind] === 'path';
}

/**
 * Whether one grant covers what is needed. Paths cover all below them, component-wise; `https://*.example.com` covers all names
 * below; other origins and names cover themselves alone; `*` as the granted name covers every name, but is no path and no origin.
 */
export function covers(grant: Permission, needed: Permission): boolean {
  if (grant.kind !== needed.kind) return false;
  const granted = grant.scope ?? '';
  const wanted = needed.scope ?? '';
  if (granted === wanted) return true;
  switch (scopeShapes[grant.kind]) {
    case 'path':
      return componentsBelow(normalizeRoot(granted), normalizeGuestPath(wanted)) !== undefined;
    case 'origin':
      return originCovers(granted, wanted);
    case 'name':
      return granted === '*';
    case 'none':
      return true;
  }
}

/** Decides by the most specific grant that covers what is needed; without one it is denied, and the rule says what is granted. */
export function allows(effective: readonly Permission[], needed: Permission): Decision {
  let best: Permission | undefined;
  for (const grant of effective) {
    if (covers(grant, needed) && (best === undefined || specificity(grant) > specificity(best))) best = grant;
  }
  if (best) return { allowed: true, grant: best, rule: permissionText(best) };

  const scopes = effective
    .filter(({ kind }) => kind === needed.kind)
    .map(({ scope }) => JSON.stringify(scope));
  const rule =
    scopes.length === 0
      ? `"${needed.kind}" is not granted`
      : `"${needed.kind}" is granted for ${scopes.join(', ')} alone`;
  return { allowed: false, rule };
}

/** A longer path lies deeper, and so does a longer domain; a name is closer than `*`. */
function specificity({ kind, scope = '' }: Permission): number {
  if (scopeShapes[kind] === 'origin') return originCloseness(scope);
  if (!isPathKind(kind)) return scope === '*' ? 0 : 1;
  const root = normalizeRoot(scope);
  return root === '.' || root === '/' ? 0 : root.length;
}
