import { satisfies, validRange } from 'semver';
import { type ErrorRecord, SignalboxError } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';
import type { Manifest } from '../src/manifest/manifest.ts';

export type Dependencies = NonNullable<Manifest['dependencies']>;

/** What is known of the plugin a dependency names. */
export interface Candidate {
  readonly isEnabled: boolean;
  /** Known once its artifact was opened. */
  readonly version?: string;
}

/**
 * The first required dependency that is absent, disabled or of a version outside the wanted range. One whose version is not
 * known yet counts as there: it is asked again when it becomes known.
 */
export function unmetDependency(
  id: PluginId,
  dependencies: Dependencies,
  find: (id: string) => Candidate | undefined,
): ErrorRecord | undefined {
  for (const dependency of dependencies) {
    if (dependency.optional) continue;
    const problem = problemOf(dependency, find(dependency.id));
    if (problem === undefined) continue;
    return new SignalboxError(
      'DEPENDENCY_MISSING',
      `Plugin "${id}" requires "${dependency.id}", which ${problem.found}`,
      {
        hint: problem.hint,
        details: {
          dependency: dependency.id,
          ...(dependency.version !== undefined && { version: dependency.version }),
        },
      },
    ).toRecord();
  }
  return undefined;
}

function problemOf({ id, version: wanted }: Dependencies[number], candidate: Candidate | undefined) {
  if (candidate === undefined) return { found: 'no entry has', hint: `Add an entry with id = "${id}"` };
  if (!candidate.isEnabled) return { found: 'is disabled', hint: `Set enabled = true in the entry "${id}"` };
  if (wanted === undefined || candidate.version === undefined) return undefined;
  if (validRange(wanted) === null) {
    return {
      found: `is wanted in a version nobody understands: "${wanted}"`,
      hint: 'Write a semver range: "^1.2"',
    };
  }
  if (satisfies(candidate.version, wanted)) return undefined;
  return {
    found: `is version ${candidate.version}, not "${wanted}"`,
    hint: `Install a version of "${id}" that fits "${wanted}"`,
  };
}
