import type { PluginEntry } from '../src/config/document.ts';
import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import { checkManifest } from '../src/manifest/check-manifest.ts';
import { type Grants, type LeasedGrant, resolveGrants, type Withheld } from '../src/permissions/granting.ts';
import type { LeaseUse } from '../src/permissions/leases.ts';
import { type Limits, lowerOf } from '../src/permissions/limits.ts';
import type { Permission } from '../src/permissions/permission.ts';
import { permissionRefusal } from '../src/permissions/refusal.ts';
import type { Artifact } from '../src/ports/artifacts.ts';

/** What a plugin was told to be: its entry and what of the document bears on it. */
export interface Assignment {
  readonly entry: PluginEntry;
  /** Folder of the config file. */
  readonly baseFolder: string;
}

/** How the grants of a plugin stood when its artifact was opened. */
export interface Standing {
  readonly now: number;
  /** By `leaseKey`. */
  readonly leaseUse: ReadonlyMap<string, LeaseUse>;
  /** Wants that nobody approved and the grants would give something. */
  readonly waiting: readonly string[];
}

/** Everything one instance is made of, decided before anything of it runs. */
export interface LoadPlan {
  readonly assignment: Assignment;
  readonly artifact: Artifact;
  readonly standing: Standing;
  readonly permissions: readonly Permission[];
  /** Those of them that end. */
  readonly leased: readonly LeasedGrant[];
  readonly limits: Limits;
  /** What the plugin asked for and does not get. */
  readonly withheld: readonly Withheld[];
}

export type Resolution =
  | { readonly outcome: 'resolved'; readonly plan: LoadPlan }
  | { readonly outcome: 'refused'; readonly error: ErrorRecord; readonly withheld: readonly Withheld[] };

/** Checks an artifact against its entry and the host's API, and settles what it may touch and use. Pure. */
export function resolveLoad(assignment: Assignment, artifact: Artifact, standing: Standing): Resolution {
  const { entry } = assignment;
  const { manifest } = artifact;
  const mismatch = checkManifest(entry.id, artifact);
  if (mismatch) return { outcome: 'refused', error: mismatch, withheld: [] };
  const grants = grantsOf(assignment, artifact, standing);
  if ('code' in grants) return { outcome: 'refused', error: grants, withheld: [] };
  const { effective, leased, missing, forbidden } = grants;
  const withheld = [
    ...forbidden,
    ...missing.map(({ permission, rule }) => ({ permission, rule })),
    ...grants.withheld,
  ];
  const error = permissionRefusal({
    id: entry.id,
    manifest,
    policy: entry.policy,
    grants,
    waiting: standing.waiting,
  });
  if (error) return { outcome: 'refused', error, withheld };
  const limits = limitsOf(assignment, artifact);
  return {
    outcome: 'resolved',
    plan: { assignment, artifact, standing, permissions: effective, leased, limits, withheld },
  };
}

/** The limits of an entry before its artifact is known, or with it. */
export function limitsOf({ entry }: Assignment, artifact?: Artifact): Limits {
  return lowerOf(entry.policy.limits, artifact?.manifest.limits ?? {}, entry.limits);
}

/** What an assignment grants an artifact, or the permission that cannot be read. */
export function grantsOf(
  { entry, baseFolder }: Assignment,
  { manifest, isDeclared }: Artifact,
  { now, leaseUse }: Standing,
): Grants | ErrorRecord {
  try {
    return resolveGrants({ manifest, isDeclared, entry, baseFolder, now, leaseUse });
  } catch (thrown) {
    if (thrown instanceof SignalboxError && thrown.code === 'PERMISSION_INVALID') return thrown.toRecord();
    throw thrown;
  }
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
  return a.entry.fingerprint === b.entry.fingerprint && a.baseFolder === b.baseFolder;
}
