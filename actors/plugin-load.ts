import { fromPromise } from 'xstate';
import { SignalboxError } from '../src/core/errors.ts';
import { checkImports } from '../src/permissions/imports.ts';
import type { Artifact } from '../src/ports/artifacts.ts';
import type { Prepared } from '../src/ports/sandbox.ts';
import type { Assignment, LoadPlan } from './load-plan.ts';
import type { ActorPorts } from './ports.ts';

/** What every component exports; a script may leave out what it does not need. */
const requiredExports = ['lifecycle.init', 'lifecycle.handle-event', 'lifecycle.shutdown'];

/** Opens the artifact an entry names. */
export function openArtifact({ artifacts }: Pick<ActorPorts, 'artifacts'>) {
  return fromPromise<Artifact, Assignment>(({ input: { entry, baseFolder }, signal }) =>
    artifacts.open(entry.artifactPath, baseFolder, signal),
  );
}

/** Translates the code and checks what it exports and imports; no guest code runs. */
export function prepareCode({ sandbox, capabilities }: Pick<ActorPorts, 'sandbox' | 'capabilities'>) {
  return fromPromise<Prepared, LoadPlan>(async ({ input: plan, signal }) => {
    const prepared = await sandbox.prepare(plan.artifact, signal);
    checkExports(plan, prepared);
    const { manifest, isDeclared } = plan.artifact;
    const refusal = checkImports({
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

function checkExports({ assignment }: LoadPlan, prepared: Prepared): void {
  if (prepared.kind === 'script') return;
  const missing = requiredExports.filter((name) => !prepared.exports.includes(name));
  if (missing.length === 0) return;
  throw new SignalboxError(
    'WORLD_MISMATCH',
    `Plugin "${assignment.entry.id}" does not export ${missing.map((name) => `"${name}"`).join(', ')}; it exports ${
      prepared.exports.map((name) => `"${name}"`).join(', ') || 'nothing'
    }`,
    { hint: 'Build it for the world "plugin" of signalbox:plugin' },
  );
}
