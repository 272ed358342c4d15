import { checkManifest } from '../src/manifest/check-manifest.ts';
import { judgeWants } from '../src/permissions/wants.ts';
import type { Artifact } from '../src/ports/artifacts.ts';
import type { Assignment, Standing } from './load-plan.ts';
import type { ActorPorts } from './ports.ts';

/**
 * Recalls what was approved of a plugin and used of its leases, and remembers what counts as approved from now on before anything
 * of the artifact runs.
 *
 * @throws `STORE_FAILED`, `PERMISSION_INVALID`, the signal's reason
 */
export async function settleStanding(
  { grantMemory, clock }: Pick<ActorPorts, 'grantMemory' | 'clock'>,
  { entry }: Assignment,
  artifact: Artifact,
  signal: AbortSignal,
): Promise<Standing> {
  const { manifest, isDeclared } = artifact;
  const now = clock.now();
  // Without a manifest nobody asks for anything: the operator's grants are all there is.
  if (!isDeclared && entry.leases.length === 0) return { now, leaseUse: new Map(), waiting: [] };
  const { approved, leaseUse } = await grantMemory.recall(entry.id);
  // Another plugin's manifest speaks for nobody here.
  if (!isDeclared || checkManifest(entry.id, artifact)) return { now, leaseUse, waiting: [] };
  // Nobody loads it any more: what counts as approved is for who comes after to say.
  signal.throwIfAborted();
  const verdict = judgeWants({ manifest, approved, entry });
  if (verdict.approved) await grantMemory.approve(entry.id, manifest.version, verdict.approved, now);
  return { now, leaseUse, waiting: verdict.waiting };
}
