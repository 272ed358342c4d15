import { join } from 'node:path';
import { createArtifacts } from '../../src/packages/open-artifact.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { tiersOf, type ZooGuest } from './guest.ts';

/** Prepares what will run, two at a time: the cages find it in their cache, and what a strike takes is the strike's. */
export async function prepareGuests(
  guests: readonly ZooGuest[],
  artifacts: ReadonlyMap<string, string>,
  stateFolder: string,
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const opener = resources.use(createArtifacts());
  const sandbox = resources.use(createSandbox({ cacheFolder: join(stateFolder, 'prepared'), cells: 1 }));
  const { signal } = new AbortController();
  const paths = new Set(
    guests
      .filter((guest) => tiersOf(guest).length > 1 && !('script' in guest.artifact))
      .flatMap(({ id }) => artifacts.get(id) ?? []),
  );
  const preparing = [...paths].map(async (path) =>
    sandbox.prepare(await opener.open(path, stateFolder, signal), signal),
  );
  // What cannot be prepared says so in its cage.
  await Promise.allSettled(preparing);
}
