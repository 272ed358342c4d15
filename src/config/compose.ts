import { stringify } from 'smol-toml';
import { currentSchemaVersion, type Isolation } from './document.ts';

/** One entry for a config that is made, not written by hand. */
export interface ComposedEntry {
  readonly id: string;
  readonly enabled: boolean;
  readonly artifactPath: string;
  readonly permissions: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly isolation?: Isolation;
}

/** The TOML text of a config with these entries, for tests and for running one artifact without a file. */
export function composeConfig(entries: readonly ComposedEntry[]): string {
  return stringify({
    plugins: {
      schema_version: currentSchemaVersion,
      entries: entries.map(({ id, enabled, artifactPath, permissions, config, isolation }) => ({
        id,
        enabled,
        artifact_path: artifactPath,
        permissions,
        config,
        ...(isolation && { isolation }),
      })),
    },
  });
}
