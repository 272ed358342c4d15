import { fromPromise } from 'xstate';
import { SignalboxError } from '../src/core/errors.ts';
import { checkWorld } from '../src/manifest/check-world.ts';
import { checkImports } from '../src/permissions/imports.ts';
import type { Artifact } from '../src/ports/artifacts.ts';
import type { Prepared } from '../src/ports/sandbox.ts';
import type { Assignment, LoadPlan, Standing } from './load-plan.ts';
import type { ActorPorts } from './ports.ts';
import { settleStanding } from './standing.ts';

export interface Opening {
  readonly artifact: Artifact;
  readonly standing: Standing;
}

/** Opens the artifact an entry names, and recalls how the grants of the plugin stand. */
export function openArtifact(ports: Pick<ActorPorts, 'artifacts' | 'grantMemory' | 'clock'>) {
  return fromPromise<Opening, Assignment>(async ({ input: assignment, signal }) => {
    const { entry, baseFolder } = assignment;
    const artifact = await ports.artifacts.open(entry.artifactPath, baseFolder, signal);
    signal.throwIfAborted();
    return { artifact, standing: await settleStanding(ports, assignment, artifact, signal) };
  });
}

/** Translates the code and checks what it exports and imports; no guest code runs. */
export function prepareCode({ sandbox, capabilities }: Pick<ActorPorts, 'sandbox' | 'capabilities'>) {
  return fromPromise<Prepared, LoadPlan>(async ({ input: plan, signal }) => {
    const prepared = await sandbox.prepare(plan.artifact, signal);
    const { manifest, isDeclared } = plan.artifact;
    const refusal =
      checkWorld(plan.assignment.entry.id, prepared) ??
      checkImports({
        imports: prepared.imports,
        offered: capabilities.offered,
        manifest,
        isDeclared,
        effective: plan.permissions,
      });
    if (refusal) throw SignalboxError.fromRecord(refusal);
    return prepared;
  });
}
