import type { PluginEntry, RuntimeSettings } from '../src/config/document.ts';
import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import { checkManifest } from '../src/manifest/check-manifest.ts';
import { type Grants, resolveGrants } from '../src/permissions/granting.ts';
import { defaultLimits, type Limits, lowerOf, strictLimits } from '../src/permissions/limits.ts';
import { type Permission, permissionText } from '../src/permissions/permission.ts';
import type { Artifact } from '../src/ports/artifacts.ts';

/** What a plugin was told to be: its entry and what of the document bears on it. */
export interface Assignment {
  readonly entry: PluginEntry;
  /** Folder of the config file. */
  readonly baseFolder: string;
  readonly profile: RuntimeSettings['profile'];
}

/** Everything one instance is made of, decided before anything of it runs. */
export interface LoadPlan {
  readonly assignment: Assignment;
  readonly artifact: Artifact;
  readonly permissions: readonly Permission[];
  readonly limits: Limits;
  /** Permission texts the plugin asked for and does not get. */
  readonly withheld: readonly string[];
}

export type Resolution =
  | { readonly outcome: 'resolved'; readonly plan: LoadPlan }
  | { readonly outcome: 'refused'; readonly error: ErrorRecord; readonly withheld: readonly string[] };

/** Checks an artifact against its entry and the host's API, and settles what it may touch and use. Pure. */
export function resolveLoad(assignment: Assignment, artifact: Artifact): Resolution {
  const { entry } = assignment;
  const mismatch = checkManifest(entry.id, artifact);
  if (mismatch) return { outcome: 'refused', error: mismatch, withheld: [] };
  const grants = grantsOf(entry, artifact);
  if ('code' in grants) return { outcome: 'refused', error: grants, withheld: [] };
  const { effective, missing, withheld } = grants;
  const notGranted = [...missing.map(({ permission }) => permission), ...withheld];
  const [first] = missing;
  if (first) {
    const error = new SignalboxError(
      'PERMISSION_PENDING',
      `Plugin "${entry.id}" requires "${first.permission}", which is not granted: ${first.reason}`,
      { hint: first.tomlLine, details: { missing } },
    );
    return { outcome: 'refused', error: error.toRecord(), withheld: notGranted };
  }
  const limits = limitsOf(assignment, artifact);
  return {
    outcome: 'resolved',
    plan: { assignment, artifact, permissions: effective, limits, withheld: notGranted },
  };
}

/** The limits of an entry before its artifact is known, or with it. */
export function limitsOf({ entry, profile }: Assignment, artifact?: Artifact): Limits {
  const base = profile === 'strict' ? strictLimits : defaultLimits;
  return lowerOf(base, artifact?.manifest.limits ?? {}, entry.limits);
}

export function permissionTexts({ permissions }: LoadPlan): readonly string[] {
  return permissions.map(permissionText);
}

/** True when loading `plan` would make the same instance that `serving` was made of. */
export function isSameLoad(plan: LoadPlan, serving: LoadPlan): boolean {
  return (
    plan.artifact.digest === serving.artifact.digest && isSameAssignment(plan.assignment, serving.assignment)
  );
}

export function isSameAssignment(a: Assignment, b: Assignment): boolean {
  return isSameButConfig(a, b) && a.entry.configFingerprint === b.entry.configFingerprint;
}

export function isSameButConfig(a: Assignment, b: Assignment): boolean {
  return (
    a.entry.fingerprint === b.entry.fingerprint && a.profile === b.profile && a.baseFolder === b.baseFolder
  );
}

function grantsOf(entry: PluginEntry, { manifest, isDeclared }: Artifact): Grants | ErrorRecord {
  try {
    return resolveGrants({ manifest, isDeclared, entry });
  } catch (thrown) {
    if (thrown instanceof SignalboxError && thrown.code === 'PERMISSION_INVALID') return thrown.toRecord();
    throw thrown;
  }
}
