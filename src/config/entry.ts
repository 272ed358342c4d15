import { Compile } from 'typebox/compile';
import { SignalboxError } from '../core/errors.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { isChannel, type PluginId, parsePluginId } from '../core/ids.ts';
import type { Path } from '../manifest/schema-problem.ts';
import { firstProblem } from '../manifest/schema-problem.ts';
import { limitsSchema } from '../permissions/limits.ts';
import { parsePermission } from '../permissions/permission.ts';
import { entrySchema, type PluginEntry, watchSchema } from './document.ts';
import { readLeases } from './leases.ts';
import type { Policies } from './policies.ts';
import { readSecrets } from './secrets.ts';
import { isTable, type Table, type Value } from './toml.ts';
import { splitUnknown } from './unknown-keys.ts';

/** Shorter quiet times would report one save of a file as several changes. */
const minDebounceMs = 50;
const defaultDebounceMs = 250;

/** Something a person should know about one entry. */
export interface Remark {
  /** From the entry's table. */
  readonly path: Path;
  /** Without the plugin's name. */
  readonly message: string;
  readonly hint?: string;
  /** The lines around the place may hold a secret: they must not be shown. */
  readonly isSensitive?: true;
}

export type EntryReading =
  | { readonly outcome: 'entry'; readonly entry: PluginEntry; readonly warnings: readonly Remark[] }
  | { readonly outcome: 'rejected'; readonly reason: Remark; readonly warnings: readonly Remark[] };

const validator = Compile(entrySchema);

/** The id of an entry, or why it has none that can be used. @throws `CONFIG_ENTRY_INVALID` */
export function readEntryId(value: Value): PluginId {
  const id = isTable(value) ? value['id'] : undefined;
  if (typeof id === 'string') return parsePluginId(id);
  const found = !isTable(value)
    ? 'is not a table'
    : id === undefined
      ? 'has no "id"'
      : 'has an "id" that is not text';
  throw new SignalboxError('CONFIG_ENTRY_INVALID', `A plugin entry ${found}`, {
    hint: 'Write [[plugins.entries]] and below it an id, like id = "waves.scanner"',
  });
}

/** What an entry takes from the rest of its document. */
export interface EntrySurroundings {
  readonly policies: Policies;
  /** Name of the policy of entries that choose none. */
  readonly profile: string;
}

/** Reads one entry whose id is known to be good. */
export function readEntry(
  id: PluginId,
  written: Table,
  { policies, profile }: EntrySurroundings,
): EntryReading {
  const { table, warnings } = tidy(written);
  const rejected = (path: Path, message: string, hint?: string): EntryReading => ({
    outcome: 'rejected',
    reason: { path, message, ...(hint !== undefined && { hint }) },
    warnings,
  });
  // Before the schema is asked: it quotes what it refuses.
  const reading = table['secrets'] === undefined ? undefined : readSecrets(table['secrets']);
  if (reading?.outcome === 'invalid') {
    const { name, message, hint } = reading;
    const path = name === undefined ? ['secrets'] : ['secrets', name];
    return { outcome: 'rejected', reason: { path, message, hint, isSensitive: true }, warnings };
  }
  if (!validator.Check(table)) {
    const { path, clause } = firstProblem(validator.Errors(table), table);
    return rejected(path, clause);
  }
  for (const [index, text] of (table.permissions ?? []).entries()) {
    const problem = permissionProblem(text);
    if (problem) return rejected(['permissions', index], problem.message, problem.hint);
  }
  for (const [index, channel] of (table.channels ?? []).entries()) {
    if (isChannel(channel)) continue;
    const hint = 'Use lower-case letters, digits, "_" and "-" in segments joined by dots: "discovery"';
    return rejected(['channels', index], `channel ${JSON.stringify(channel)} is not valid`, hint);
  }
  const leases = readLeases(table.leases ?? []);
  if (leases.outcome === 'invalid') return rejected(leases.path, leases.message, leases.hint);
  const policy = policies.find(table.policy ?? profile);
  if (policy.outcome === 'problem') return rejected(['policy'], policy.problem.message, policy.problem.hint);

  const facts = {
    id,
    enabled: table.enabled ?? false,
    artifactPath: table.artifact_path,
    permissions: [...new Set([...(table.permissions ?? []), ...impliedPermissions(table)])],
    leases: leases.leases,
    ...(table.approved !== undefined && { approved: table.approved }),
    policy: policy.policy,
    ...(table.watch && {
      watch: {
        directories: table.watch.directories,
        debounceMs: Math.max(minDebounceMs, table.watch.debounce_ms ?? defaultDebounceMs),
      },
    }),
    limits: table.limits ?? {},
    isolation: table.isolation ?? 'shared',
    onReloadFailure: table.on_reload_failure ?? 'keep',
    ...(reading && { secrets: reading.secrets }),
  } as const;
  const config = table.config ?? {};
  return {
    outcome: 'entry',
    entry: { ...facts, config, fingerprint: fingerprint(facts), configFingerprint: fingerprint(config) },
    warnings,
  };
}

/** What an entry grants without a line in `permissions`: publishing on its channels, looking into its watched directories. */
export function impliedPermissions(entry: {
  readonly channels?: readonly string[];
  readonly watch?: { readonly directories: readonly string[] };
}): readonly string[] {
  return [
    ...(entry.watch?.directories ?? []).flatMap((path) => [
      `fs:list:${path}`,
      `fs:metadata:${path}`,
      `watch:${path}`,
    ]),
    ...(entry.channels ?? []).map((channel) => `relay:publish:${channel}`),
  ];
}

/** The entry without what is ignored and with what is mended, and a warning for each. */
function tidy(written: Table): { readonly table: Table; readonly warnings: readonly Remark[] } {
  const warnings: Remark[] = [];
  const onlyKnown = (table: Table, properties: object, base: Path): Table => {
    const { known, unknown } = splitUnknown(table, properties);
    for (const key of unknown) {
      const hint = `Known here are ${Object.keys(properties).join(', ')}`;
      warnings.push({
        path: [...base, key],
        message: `key "${[...base, key].join('.')}" is not known and ignored`,
        hint,
      });
    }
    return known;
  };
  const table: Record<string, Value> = { ...onlyKnown(written, entrySchema.properties, []) };
  const { limits, watch } = table;
  if (isTable(limits)) table['limits'] = onlyKnown(limits, limitsSchema.properties, ['limits']);
  if (isTable(watch))
    table['watch'] = tidyWatch(onlyKnown(watch, watchSchema.properties, ['watch']), warnings);
  return { table, warnings };
}

function tidyWatch(watch: Table, warnings: Remark[]): Table {
  const { directories, debounce_ms: debounceMs } = watch;
  if (typeof debounceMs === 'number' && debounceMs >= 0 && debounceMs < minDebounceMs) {
    const message = `"watch.debounce_ms" is ${debounceMs} and counts as ${minDebounceMs}`;
    warnings.push({ path: ['watch', 'debounce_ms'], message, hint: `Write ${minDebounceMs} or more` });
  }
  if (!Array.isArray(directories)) return watch;
  const trimmed = directories.map((path: Value) => (typeof path === 'string' ? path.trim() : path));
  const empty = trimmed.indexOf('');
  if (empty >= 0) {
    const message = 'an empty path in "watch.directories" is ignored';
    warnings.push({
      path: ['watch', 'directories', empty],
      message,
      hint: 'Write "." for the folder of this file',
    });
  }
  return { ...watch, directories: [...new Set(trimmed)].filter((path) => path !== '') };
}

function permissionProblem(text: string): SignalboxError | undefined {
  try {
    parsePermission(text);
    return undefined;
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'PERMISSION_INVALID') return error;
    throw error;
  }
}
