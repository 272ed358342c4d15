import type { ConfigDocument, RejectedEntry } from '../src/config/document.ts';
import type { PluginId } from '../src/core/ids.ts';
import { type Assignment, isSameAssignment, isSameButConfig } from './load-plan.ts';
import { folderOf } from './paths.ts';

/** What a document asks of the plugins that are there. */
export interface Reconciliation {
  /** Entries nobody has seen before, enabled or not. */
  readonly start: readonly Assignment[];
  readonly enable: readonly Assignment[];
  readonly disable: readonly Assignment[];
  /** Changed, and not in their config alone. */
  readonly replace: readonly Assignment[];
  /** Changed in their config alone. */
  readonly configure: readonly Assignment[];
  /** There, and not in the document any more. */
  readonly remove: readonly PluginId[];
  readonly reject: readonly RejectedEntry[];
  readonly unchanged: readonly PluginId[];
}

/**
 * Compares what runs with what a document asks for, entry by entry, by fingerprint. Pure. In safe mode every entry counts
 * as disabled.
 *
 * @param running what each plugin was told last
 * @param leaving those of them that were told to go
 */
export function reconcile(
  running: ReadonlyMap<PluginId, Assignment>,
  leaving: ReadonlySet<PluginId>,
  document: ConfigDocument,
): Reconciliation {
  const plan = {
    start: [] as Assignment[],
    enable: [] as Assignment[],
    disable: [] as Assignment[],
    replace: [] as Assignment[],
    configure: [] as Assignment[],
    unchanged: [] as PluginId[],
  };
  const wanted = new Set<PluginId>();
  for (const assignment of assignmentsOf(document)) {
    const { id } = assignment.entry;
    wanted.add(id);
    const change = changeOf(running.get(id), assignment, leaving.has(id));
    if (change === 'unchanged') plan.unchanged.push(id);
    else plan[change].push(assignment);
  }
  const remove = [...running.keys()].filter((id) => !wanted.has(id) && !leaving.has(id));
  return { ...plan, remove, reject: document.rejected };
}

/** What each entry of a document means for its plugin. */
export function assignmentsOf({ file, entries, settings }: ConfigDocument): readonly Assignment[] {
  const baseFolder = folderOf(file);
  return entries.map((entry) => ({
    entry: settings.safeMode ? { ...entry, enabled: false } : entry,
    baseFolder,
  }));
}

function changeOf(
  before: Assignment | undefined,
  after: Assignment,
  isLeaving: boolean,
): Exclude<keyof Reconciliation, 'remove' | 'reject'> {
  if (before === undefined) return 'start';
  if (isLeaving || before.entry.enabled !== after.entry.enabled)
    return after.entry.enabled ? 'enable' : 'disable';
  if (isSameAssignment(before, after)) return 'unchanged';
  return isSameButConfig(before, after) ? 'configure' : 'replace';
}
