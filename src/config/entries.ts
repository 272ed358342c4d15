import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import { type PluginId, parsePluginId } from '../core/ids.ts';
import type { Path } from '../manifest/schema-problem.ts';
import type { PluginEntry, RejectedEntry, RuntimeSettings } from './document.ts';
import { readEntry, readEntryId } from './entry.ts';
import type { Policies } from './policies.ts';
import type { Problems } from './problems.ts';
import { isTable, type Table, type Value } from './toml.ts';

/** Reads every entry by itself: a bad one is rejected, the others are not touched. */
export function readEntries(
  plugins: Table,
  settings: RuntimeSettings,
  policies: Policies,
  problems: Problems,
): { readonly entries: readonly PluginEntry[]; readonly rejected: readonly RejectedEntry[] } {
  const written = plugins['entries'] ?? [];
  if (!Array.isArray(written)) {
    const hint = 'Write each plugin as a table [[plugins.entries]]';
    throw problems.fatal(['plugins', 'entries'], '"plugins.entries" must be an array of tables', hint);
  }
  const entries: PluginEntry[] = [];
  const rejected: RejectedEntry[] = [];
  const places = new Map<PluginId, number>();
  let enabled = 0;

  const rejectBy = (id: PluginId, path: Path, message: string, hint: string | undefined): void => {
    rejected.push({ id, error: problems.ofEntry(path, message, hint) });
  };
  for (const [index, table] of written.entries()) {
    const base: Path = ['plugins', 'entries', index];
    const id = tryReadId(table);
    if (id instanceof SignalboxError) {
      rejectBy(placeId(index), [...base, 'id'], id.message, id.hint);
      continue;
    }
    const earlier = places.get(id);
    if (earlier !== undefined) {
      const message = `Plugin id "${id}" of entry ${index + 1} is taken by entry ${earlier + 1}`;
      rejectBy(placeId(index), [...base, 'id'], message, 'Give each entry an id of its own');
      continue;
    }
    places.set(id, index);
    const reading = readEntry(id, isTable(table) ? table : {}, { policies, profile: settings.profile });
    for (const { path, message, hint } of reading.warnings) {
      problems.warnings.push(problems.ofEntry([...base, ...path], `Plugin "${id}": ${message}`, hint));
    }
    if (reading.outcome === 'rejected') {
      const { path, message, hint, isSensitive } = reading.reason;
      const error = problems.ofEntry([...base, ...path], `Plugin "${id}": ${message}`, hint);
      rejected.push({ id, error: isSensitive ? withoutFrame(error) : error });
      continue;
    }
    if (reading.entry.enabled) enabled += 1;
    if (reading.entry.enabled && enabled > settings.maxPlugins) {
      const message = `Plugin "${id}" is number ${enabled} of the enabled ones, ${settings.maxPlugins} are allowed`;
      rejectBy(id, [...base, 'enabled'], message, 'Disable another one, or raise max_plugins in [signalbox]');
      continue;
    }
    entries.push(reading.entry);
  }
  return { entries, rejected };
}

function withoutFrame({ location, ...error }: ErrorRecord): ErrorRecord {
  if (!location) return error;
  const { frame: _, ...place } = location;
  return { ...error, location: place };
}

/** Stands for an entry without an id of its own: `entries.3` is the third one. */
function placeId(index: number): PluginId {
  return parsePluginId(`entries.${index + 1}`);
}

function tryReadId(value: Value): PluginId | SignalboxError {
  try {
    return readEntryId(value);
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'CONFIG_ENTRY_INVALID') return error;
    throw error;
  }
}
