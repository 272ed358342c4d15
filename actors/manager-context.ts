import type { ErrorActorEvent } from 'xstate';
import type { PluginStatus } from '../relays/plugin-status.ts';
import type { ConfigDocument } from '../src/config/document.ts';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../src/core/errors.ts';
import { isPluginId, type PluginId } from '../src/core/ids.ts';
import type { FoundPlugins } from '../src/ports/plugin-folders.ts';
import type { ConfigCommand } from './config.ts';
import type { ConfigNews } from './config-reading.ts';
import { type Dependencies, unmetDependency } from './dependencies.ts';
import type { DiscoveryNews } from './discovery.ts';
import type { Assignment } from './load-plan.ts';
import type { Reconciliation } from './reconcile.ts';

export interface ManagerContext {
  readonly document: ConfigDocument | undefined;
  /** Every plugin actor that is alive, and what it was told last. */
  readonly plugins: ReadonlyMap<PluginId, Assignment>;
  /** Those of them that go for good. */
  readonly leaving: ReadonlySet<PluginId>;
  readonly rejected: ReadonlyMap<PluginId, ErrorRecord>;
  readonly statuses: ReadonlyMap<PluginId, PluginStatus>;
  readonly verified: ReadonlyMap<PluginId, Verified>;
  /** What lies beside the config, named by an entry or not. Nothing while discovery is off. */
  readonly found: FoundPlugins;
}

/** What a manifest says that other plugins need to know. */
export interface Verified {
  readonly version: string;
  readonly dependencies: Dependencies;
}

export type ManagerCommand =
  | ConfigCommand
  | { readonly type: 'plugin.reload'; readonly id: PluginId }
  | { readonly type: 'plugin.retry'; readonly id: PluginId }
  | { readonly type: 'runtime.stop' };

export type ManagerEvent =
  | ManagerCommand
  | ConfigNews
  | DiscoveryNews
  | { readonly type: 'plugin.status'; readonly status: PluginStatus }
  | { readonly type: 'plugin.verified'; readonly id: PluginId; readonly verified: Verified }
  /** Nothing of the plugin runs any more. */
  | { readonly type: 'plugin.stopped'; readonly id: PluginId }
  | ErrorActorEvent;

export const initialManagerContext: ManagerContext = {
  document: undefined,
  plugins: new Map(),
  leaving: new Set(),
  rejected: new Map(),
  statuses: new Map(),
  verified: new Map(),
  found: { plugins: [], problems: [] },
};

const actorPrefix = 'plugin:';

/** Id of the actor of one plugin. */
export function actorIdOf(id: PluginId): string {
  return `${actorPrefix}${id}`;
}

/** The plugin an event is about, when it is about one. */
export function pluginIn(event: ManagerEvent): PluginId | undefined {
  if ('id' in event) return event.id;
  if (event.type === 'plugin.status') return event.status.id;
  const id = 'actorId' in event ? event.actorId.slice(actorPrefix.length) : '';
  return isPluginId(id) ? id : undefined;
}

/**
 * The context once `plan` was carried out. New plugins have a status from the start, so that a board never lacks one that the
 * document names.
 */
export function applied(
  context: ManagerContext,
  document: ConfigDocument,
  plan: Reconciliation,
  now: number,
): Partial<ManagerContext> {
  const plugins = new Map(context.plugins);
  const leaving = new Set(context.leaving);
  const statuses = new Map(context.statuses);
  for (const id of context.rejected.keys()) if (!plugins.has(id)) statuses.delete(id);
  for (const assignment of [
    ...plan.start,
    ...plan.enable,
    ...plan.disable,
    ...plan.replace,
    ...plan.configure,
  ]) {
    plugins.set(assignment.entry.id, assignment);
    leaving.delete(assignment.entry.id);
  }
  for (const { entry } of plan.start) {
    statuses.set(entry.id, { id: entry.id, state: entry.enabled ? 'Loading' : 'Disabled', since: now });
  }
  for (const id of plan.remove) leaving.add(id);
  for (const { id, error } of plan.reject) {
    statuses.set(id, { id, state: 'Error', phase: 'quarantined', since: now, message: error.message, error });
  }
  const rejected = new Map(plan.reject.map(({ id, error }) => [id, error]));
  return { document, plugins, leaving, rejected, statuses };
}

export function withStatus({ statuses }: ManagerContext, status: PluginStatus): Partial<ManagerContext> {
  return { statuses: new Map(statuses).set(status.id, status) };
}

/** The actor of `id` is gone; its status stays. */
export function reaped(
  { plugins, leaving, verified }: ManagerContext,
  id: PluginId,
): Partial<ManagerContext> {
  return {
    plugins: new Map([...plugins].filter(([each]) => each !== id)),
    leaving: new Set([...leaving].filter((each) => each !== id)),
    verified: new Map([...verified].filter(([each]) => each !== id)),
  };
}

/** What plugins that go are told to be. */
export function dismissed(
  { plugins }: ManagerContext,
  ids: readonly PluginId[],
): readonly { readonly id: PluginId; readonly assignment: Assignment }[] {
  return ids.flatMap((id) => {
    const assignment = plugins.get(id);
    return assignment
      ? [{ id, assignment: { ...assignment, entry: { ...assignment.entry, enabled: false } } }]
      : [];
  });
}

/** What `id` lacks of the plugins it depends on. */
export function unmetOf(
  { plugins, leaving, verified }: ManagerContext,
  id: PluginId,
): ErrorRecord | undefined {
  return unmetDependency(id, verified.get(id)?.dependencies ?? [], (wanted) => {
    if (!isPluginId(wanted)) return undefined;
    const assignment = plugins.get(wanted);
    if (assignment === undefined || leaving.has(wanted)) return undefined;
    const version = verified.get(wanted)?.version;
    return { isEnabled: assignment.entry.enabled, ...(version !== undefined && { version }) };
  });
}

/** Plugins that depend on `id`, or on any when no id is given. */
export function dependentsOf({ plugins, verified }: ManagerContext, id?: PluginId): readonly PluginId[] {
  return [...verified]
    .filter(([each, { dependencies }]) => {
      const dependsOnIt = dependencies.some((dependency) => id === undefined || dependency.id === id);
      return dependsOnIt && plugins.has(each);
    })
    .map(([each]) => each);
}

export function brokenActor({ actorId, error }: ErrorActorEvent): ErrorRecord {
  const { message } = toErrorRecord(error);
  return new SignalboxError('INTERNAL', `Actor "${actorId}" broke: ${message}`).toRecord();
}
