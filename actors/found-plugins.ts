import type { PluginStatus } from '../relays/plugin-status.ts';
import type { PluginId } from '../src/core/ids.ts';
import type { FoundPlugin } from '../src/ports/plugin-folders.ts';
import type { ManagerContext } from './manager-context.ts';
import { isSameStatus } from './plugin-status.ts';

const goneMessage = 'No longer found';

/**
 * What has to be told so that the board shows every found plugin that no entry names, and none beside: new and changed ones
 * with `foundIn`, those to be taken off without it. A plugin whose entry was removed counts as named until it has stopped. Pure.
 */
export function foundChanges(
  { document, plugins, rejected, found, statuses }: ManagerContext,
  now: number,
): readonly PluginStatus[] {
  // A plugin whose actor broke has no other trace than its entry.
  const isNamed = (id: PluginId): boolean =>
    plugins.has(id) || rejected.has(id) || (document?.entries.some((entry) => entry.id === id) ?? false);
  const shown = new Map(found.plugins.filter(({ id }) => !isNamed(id)).map((plugin) => [plugin.id, plugin]));
  const gone = [...statuses.values()]
    .filter(({ id, foundIn }) => foundIn !== undefined && !shown.has(id))
    .map(({ id }): PluginStatus => ({ id, state: 'Disabled', since: now, message: goneMessage }));
  const news = [...shown.values()]
    .map((plugin) => statusOfFound(plugin, statuses.get(plugin.id)?.since ?? now))
    .filter((status) => !isSameStatus(statuses.get(status.id), status));
  return [...gone, ...news];
}

/** The statuses once `changes` were made. */
export function withFound(
  { statuses }: ManagerContext,
  changes: readonly PluginStatus[],
): ReadonlyMap<PluginId, PluginStatus> {
  const next = new Map(statuses);
  for (const status of changes) {
    if (status.foundIn === undefined) next.delete(status.id);
    else next.set(status.id, status);
  }
  return next;
}

function statusOfFound({ id, path, version }: FoundPlugin, since: number): PluginStatus {
  const message = `Found in "${path}", not in the config: add an entry to enable it`;
  return { id, state: 'Disabled', since, message, foundIn: path, version };
}
