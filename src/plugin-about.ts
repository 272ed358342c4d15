import { firstValueFrom, type Observable } from 'rxjs';
import { limitsOf } from '../actors/load-plan.ts';
import type { ConfigReplay } from '../relays/config-replay.ts';
import type { PluginStatus } from '../relays/plugin-status.ts';
import type { PluginEntry } from './config/document.ts';
import { type ErrorRecord, SignalboxError } from './core/errors.ts';
import type { Manifest } from './manifest/manifest.ts';
import { defaultLimits, type Limits } from './permissions/limits.ts';
import type { Artifact, Artifacts } from './ports/artifacts.ts';

/** What author and operator say of a plugin. */
export interface PluginDescription {
  /** Absent for a plugin that was only found, or whose entry cannot be used. */
  readonly entry?: PluginEntry;
  /** As the artifact says now, which is not the one that runs when it could not be swapped in. */
  readonly manifest?: Manifest;
  /** Why there is no manifest. */
  readonly problem?: ErrorRecord;
  /** The lower of policy, manifest and entry. */
  readonly limits: Limits;
}

interface DescribeInput {
  readonly artifacts: Artifacts;
  readonly baseFolder: string;
  readonly config$: Observable<ConfigReplay>;
  readonly closed: AbortSignal;
}

/** Looks at the artifact of a plugin without running any of it. */
export async function describePlugin(
  { id, foundIn }: PluginStatus,
  { artifacts, baseFolder, config$, closed }: DescribeInput,
): Promise<PluginDescription> {
  const replay = await firstValueFrom(config$);
  const document = replay.phase === 'known' ? replay.document : undefined;
  const entry = document?.entries.find((each) => each.id === id);
  const path = entry?.artifactPath ?? foundIn;
  const { artifact, problem } =
    path === undefined ? {} : await opened(artifacts.open(path, baseFolder, closed));
  return {
    ...(entry && { entry }),
    ...(artifact && { manifest: artifact.manifest }),
    ...(problem && { problem }),
    limits: entry ? limitsOf({ entry, baseFolder }, artifact) : defaultLimits,
  };
}

async function opened(
  opening: Promise<Artifact>,
): Promise<{ readonly artifact?: Artifact; readonly problem?: ErrorRecord }> {
  try {
    return { artifact: await opening };
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    return { problem: error.toRecord() };
  }
}
