import { resolve } from 'node:path';
import type { Decision } from '../permissions/allowing.ts';
import {
  componentsBelow,
  joinBelow,
  normalizeGuestPath,
  normalizeRoot,
  pathProblem,
} from '../permissions/paths.ts';
import { type Permission, type PermissionKind, permissionText } from '../permissions/permission.ts';
import { boundedText } from './printable-text.ts';
import type { WiringContext } from './wiring-context.ts';

/** Of a path that breaks the grammar, in errors and records. */
const maxShownBytes = 200;

/** A guest's path, found below a grant. */
export interface Located {
  readonly outcome: 'located';
  /** Absolute path of the granted root. */
  readonly root: string;
  readonly components: readonly string[];
  /** As guests name it, in its one spelling. */
  readonly path: string;
  readonly needed: Permission;
  readonly decision: Decision;
}

/** The errors that `filesystem` and `watch` share, in the shape of their WIT variants. */
export type PathError =
  | { readonly tag: 'inaccessible'; readonly val: { readonly permission: string; readonly rule: string } }
  | { readonly tag: 'invalid-path'; readonly val: string };

export interface Unlocated {
  readonly outcome: 'refused';
  readonly error: PathError;
}

/** Finds the grant of one kind that a path lies below. Use and denial go to the audit relay. */
export function locate(
  written: string,
  kind: PermissionKind,
  { access, baseFolder }: WiringContext,
): Located | Unlocated {
  const path = normalizeGuestPath(written);
  const needed: Permission = { kind, scope: path };
  const problem = access.check(needed).allowed ? undefined : pathProblem(path);
  if (problem !== undefined) {
    const shown = boundedText(path, maxShownBytes);
    access.deny({ kind, scope: shown }, `The path ${problem}`);
    return { outcome: 'refused', error: { tag: 'invalid-path', val: `Path "${shown}" ${problem}` } };
  }
  const decision = access.decide(needed);
  if (!decision.allowed) return { outcome: 'refused', error: inaccessible(needed) };
  const root = normalizeRoot(decision.grant.scope ?? '.');
  // A grant covers a path only if these exist.
  const components = componentsBelow(root, path) ?? [];
  return {
    outcome: 'located',
    root: resolve(baseFolder, root),
    components,
    path: joinBelow(root, components),
    needed,
    decision,
  };
}

/** The one answer for what is not granted, what is not there and what a link leads to: a guest learns nothing from the difference. */
export function inaccessible(needed: Permission): PathError {
  return {
    tag: 'inaccessible',
    val: { permission: permissionText(needed), rule: 'Not granted, or not there' },
  };
}
