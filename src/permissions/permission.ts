import { SignalboxError } from '../core/errors.ts';
import { readOrigin } from './origins.ts';

/** What may be done to what: the `domain:action[:scope]` of one permission, split. */
export interface Permission {
  readonly kind: PermissionKind;
  /** A path, origin, channel, space, plugin id or variable name; absent where the kind has none. */
  readonly scope?: string;
}

/** Kinds with `scope: true` name what they apply to: `fs:read:waves`. */
export const permissionKinds = {
  'fs:list': { scope: true },
  'fs:metadata': { scope: true },
  'fs:read': { scope: true },
  'fs:write': { scope: true },
  watch: { scope: true },
  'net:request': { scope: true },
  'relay:publish': { scope: true },
  'storage:read': { scope: true },
  'storage:write': { scope: true },
  'plugin:call': { scope: true },
  'env:read': { scope: true },
  /** An interface the host application added with `defineCapability`: `host:use:myapp:orders/api`. */
  'host:use': { scope: true },
  'time:read': { scope: false },
  random: { scope: false },
  metrics: { scope: false },
  log: { scope: false },
} as const satisfies Record<string, { readonly scope: boolean }>;

export type PermissionKind = keyof typeof permissionKinds;

const kindsLongestFirst = (Object.keys(permissionKinds) as PermissionKind[]).sort(
  (a, b) => b.length - a.length,
);

/** Reads one permission; an origin comes out in its one spelling. @throws `PERMISSION_INVALID` with what is allowed. */
export function parsePermission(text: string): Permission {
  const kind = kindsLongestFirst.find((candidate) => text === candidate || text.startsWith(`${candidate}:`));
  if (kind === undefined) {
    throw new SignalboxError('PERMISSION_INVALID', `Permission ${JSON.stringify(text)} is not known`, {
      hint: `Permissions start with one of ${Object.keys(permissionKinds).join(', ')}`,
    });
  }
  const scope = text === kind ? undefined : text.slice(kind.length + 1);
  const wantsScope = permissionKinds[kind].scope;
  if (wantsScope && !scope) {
    throw new SignalboxError(
      'PERMISSION_INVALID',
      `Permission ${JSON.stringify(text)} does not say for what`,
      {
        hint: `Write "${kind}:<scope>"`,
      },
    );
  }
  if (!wantsScope && scope !== undefined) {
    throw new SignalboxError('PERMISSION_INVALID', `Permission ${JSON.stringify(text)} takes no scope`, {
      hint: `Write "${kind}"`,
    });
  }
  if (scope === undefined) return { kind };
  return { kind, scope: kind === 'net:request' ? originScope(text, scope) : scope };
}

function originScope(text: string, scope: string): string {
  // As a want it leaves the origin to the operator; as a grant it covers nothing.
  if (scope === '*') return scope;
  const reading = readOrigin(scope);
  if (reading.outcome === 'origin') return reading.origin;
  throw new SignalboxError(
    'PERMISSION_INVALID',
    `Permission ${JSON.stringify(text)} names no origin: it ${reading.problem}`,
    { hint: `Write "net:request:${reading.fix}"` },
  );
}

export function permissionText(permission: Permission): string {
  return permission.scope === undefined ? permission.kind : `${permission.kind}:${permission.scope}`;
}
