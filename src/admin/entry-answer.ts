import type { Static } from 'typebox';
import type { PluginDescription } from '../plugin-about.ts';
import type { entrySchema } from '../wire/config.ts';

type Entry = NonNullable<PluginDescription['entry']>;

/** Field by field: what entries come to hold one day is told when somebody says so, not by itself. */
export function entryAnswer(entry: Entry): Static<typeof entrySchema> {
  const { id, enabled, artifactPath, config, limits, isolation, onReloadFailure } = entry;
  const { permissions, leases, approved, policy, watch, secrets = {} } = entry;
  return {
    id,
    enabled,
    artifactPath,
    permissions: [...permissions],
    leases: [...leases],
    ...(approved !== undefined && { approved }),
    policy: policy.name,
    config,
    ...(watch && { watch: { ...watch, directories: [...watch.directories] } }),
    limits,
    isolation,
    onReloadFailure,
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, { from, origins }]) => [
        name,
        { from: from.kind === 'env' ? `env:${from.name}` : `file:${from.path}`, origins: [...origins] },
      ]),
    ),
  };
}
