import { dirname, extname, resolve } from 'node:path';
import type { Observable } from 'rxjs';
import type { ConfigReplay } from '../relays/config-replay.ts';
import type { ProtectedPaths } from './capabilities/protected-places.ts';
import { scriptEndings } from './packages/script-imports.ts';

/**
 * What no plugin may write: the config file, the state folder, and the artifacts of all entries, enabled or not. Follows the config for as
 * long as its relay lives.
 */
export function protectedPathsOf(
  replay$: Observable<ConfigReplay>,
  configFile: string,
  stateFolder: string,
): () => ProtectedPaths {
  let current: ProtectedPaths = { paths: [configFile, stateFolder], codeFolders: [] };
  replay$.subscribe((replay) => {
    // What was the config before an edit broke it is what still runs.
    if (replay.phase !== 'known') return;
    const artifacts = replay.document.entries.map(({ artifactPath }) =>
      resolve(dirname(configFile), artifactPath),
    );
    current = {
      paths: [configFile, stateFolder, ...artifacts],
      // A script without a manifest imports what lies beside it.
      codeFolders: artifacts.filter((path) => scriptEndings.includes(extname(path))).map(dirname),
    };
  });
  return () => current;
}
