import { SignalboxError } from '../core/errors.ts';
import { canonicalJson } from '../core/fingerprint.ts';
import type { PluginId } from '../core/ids.ts';
import { sourceText } from '../core/source-text.ts';
import { parsePermission } from '../permissions/permission.ts';
import { currentSchemaVersion } from './document.ts';
import {
  removeConfig,
  removeEntry,
  removePermissions,
  writeConfig,
  writeEnabled,
  writeEntry,
  writePermission,
} from './edit-text.ts';
import { impliedPermissions } from './entry.ts';
import { readSchemaVersion, tooNew } from './migrate.ts';
import { isTable, readToml, type Table, type Value } from './toml.ts';
import { writableValue } from './toml-text.ts';

/** A change to the config file, in the operator's terms. */
export type ConfigEdit =
  | SingleEdit
  /** In this order and in one save: all of them or none. */
  | { readonly change: 'several'; readonly edits: readonly SingleEdit[] };

/** A change of one thing. */
export type SingleEdit =
  /** A new entry without permissions. */
  | {
      readonly change: 'add-entry';
      readonly id: PluginId;
      readonly artifactPath: string;
      readonly enabled: boolean;
    }
  /** The entry and its tables with the comments in them; comments before it stay. */
  | { readonly change: 'remove-entry'; readonly id: PluginId }
  | { readonly change: 'set-enabled'; readonly id: PluginId; readonly enabled: boolean }
  | { readonly change: 'set-config'; readonly id: PluginId; readonly key: string; readonly value: unknown }
  | { readonly change: 'remove-config'; readonly id: PluginId; readonly key: string }
  | { readonly change: 'add-permission'; readonly id: PluginId; readonly permission: string }
  | { readonly change: 'remove-permission'; readonly id: PluginId; readonly permission: string };

/** A change of an entry that is there. */
type Alteration = Exclude<SingleEdit, { readonly change: 'add-entry' | 'remove-entry' }>;

export interface EditResult {
  readonly text: string;
  /** False when the file says so already; the text is then the same. */
  readonly isChanged: boolean;
}

/**
 * Makes a change in the text of a config file. Everything outside of it, comments and foreign tables included, stays byte
 * for byte. The result is read again and must hold the old data with exactly that change.
 *
 * @throws `PLUGIN_UNKNOWN`, `CONFIG_SYNTAX`, `CONFIG_TOO_NEW`, `PERMISSION_INVALID`, and `CONFIG_EDIT_REFUSED` when the change
 *   cannot be made as text
 */
export function applyEdit(text: string, file: string, edit: ConfigEdit): EditResult {
  if (edit.change !== 'several') return applySingle(text, file, edit);
  const edited = edit.edits.reduce((before, single) => applySingle(before, file, single).text, text);
  return { text: edited, isChanged: edited !== text };
}

function applySingle(text: string, file: string, edit: SingleEdit): EditResult {
  const before = readToml(sourceText(text, file));
  const rewrite = rewriteFor(before, edit);
  if (!rewrite) return { text, isChanged: false };

  const edited = rewrite.write(text);
  const meant = { ...before, plugins: { ...rewrite.plugins, entries: rewrite.entries } };
  if (meaningOf(readBack(edited, file)) !== meaningOf(meant)) {
    throw refused(edit, 'the text would say something else afterwards');
  }
  return { text: edited, isChanged: true };
}

/** No plugins, an empty table of them and an empty list mean the same; removing the last entry turns one into the other. */
function meaningOf(root: Table | undefined): string | undefined {
  const plugins = root?.['plugins'] ?? {};
  const written = isTable(plugins) ? { ...plugins, entries: plugins['entries'] ?? [] } : plugins;
  return root && canonicalJson({ ...root, plugins: written });
}

/** `plugins` and its entries as they should read afterwards, and how the text comes to say so. */
interface Rewrite {
  readonly plugins: Table;
  readonly entries: readonly Value[];
  readonly write: (text: string) => string;
}

function rewriteFor(root: Table, edit: SingleEdit): Rewrite | undefined {
  if (edit.change === 'add-entry') return addition(root, edit);
  if (edit.change === 'remove-entry') return removal(root, edit.id);
  return alteration(root, edit);
}

function addition(root: Table, edit: SingleEdit & { change: 'add-entry' }): Rewrite {
  const { id, artifactPath, enabled } = edit;
  const { plugins, entries } = pluginsIn(root);
  if (!plugins || !entries) throw refused(edit, '"plugins" is not a table with an array of entries');
  if (indexOf(entries, id) >= 0) throw refused(edit, 'there is an entry with this id');
  return {
    plugins,
    entries: [...entries, { id, enabled, artifact_path: artifactPath }],
    write: (text) => writeEntry(text, { id, enabled, artifactPath }),
  };
}

function removal(root: Table, id: PluginId): Rewrite {
  const { plugins, entries, index } = findEntry(root, id);
  return { plugins, entries: entries.toSpliced(index, 1), write: (text) => removeEntry(text, index) };
}

/** Undefined when the entry reads so already. */
function alteration(root: Table, edit: Alteration): Rewrite | undefined {
  const { plugins, entries, index, entry } = findEntry(root, edit.id);
  const change = changeOf(entry, edit);
  return (
    change && {
      plugins,
      entries: entries.with(index, { ...entry, ...change.members }),
      write: (text) => change.write(text, index),
    }
  );
}

/** Both empty where nothing is written yet, undefined where something else is. */
function pluginsIn(root: Table): { readonly plugins?: Table; readonly entries?: readonly Value[] } {
  const plugins = root['plugins'] ?? {};
  if (!isTable(plugins)) return {};
  const version = readSchemaVersion(plugins);
  if (version !== undefined && version > currentSchemaVersion) throw tooNew(version, undefined);
  const entries = plugins['entries'] ?? [];
  return { plugins, ...(Array.isArray(entries) && { entries: entries as readonly Value[] }) };
}

function indexOf(entries: readonly Value[], id: PluginId): number {
  return entries.findIndex((entry) => isTable(entry) && entry['id'] === id);
}

function findEntry(root: Table, id: PluginId) {
  const { plugins, entries = [] } = pluginsIn(root);
  const index = indexOf(entries, id);
  const entry = entries[index];
  if (plugins && isTable(entry)) return { plugins, entries, index, entry };
  throw new SignalboxError('PLUGIN_UNKNOWN', `No entry of the config has the id "${id}"`, {
    hint: 'See which there are with "signalbox list"',
  });
}

interface Change {
  /** What the entry should hold afterwards beside what it holds. */
  readonly members: Table;
  readonly write: (text: string, index: number) => string;
}

/** Undefined when the entry reads so already. */
function changeOf(entry: Table, edit: Alteration): Change | undefined {
  switch (edit.change) {
    case 'set-enabled': {
      const { enabled } = edit;
      if ((entry['enabled'] ?? false) === enabled) return undefined;
      return { members: { enabled }, write: (text, index) => writeEnabled(text, index, enabled) };
    }
    case 'set-config': {
      const config = entry['config'] ?? {};
      if (!isTable(config)) throw refused(edit, 'its "config" is not a table');
      const value = writableValue(edit.value);
      if (canonicalJson(config[edit.key]) === canonicalJson(value)) return undefined;
      return {
        members: { config: { ...config, [edit.key]: value } },
        write: (text, index) => writeConfig(text, index, edit.key, value),
      };
    }
    case 'remove-config': {
      const { key } = edit;
      const config = entry['config'] ?? {};
      if (!isTable(config)) throw refused(edit, 'its "config" is not a table');
      if (config[key] === undefined) return undefined;
      const kept = Object.fromEntries(Object.entries(config).filter(([each]) => each !== key));
      return { members: { config: kept }, write: (text, index) => removeConfig(text, index, key) };
    }
    case 'add-permission': {
      const { permission } = edit;
      parsePermission(permission);
      const permissions = permissionsOf(entry, edit);
      if (permissions.includes(permission) || impliedBy(entry).includes(permission)) return undefined;
      return {
        members: { permissions: [...permissions, permission] },
        write: (text, index) => writePermission(text, index, permission),
      };
    }
    case 'remove-permission': {
      const { permission } = edit;
      const permissions = permissionsOf(entry, edit);
      // Taking the line away would not take the permission away: say so instead of seeming to revoke.
      if (impliedBy(entry).includes(permission)) {
        throw refused(edit, `"${permission}" is granted by its "channels" or "watch.directories"`);
      }
      const places = [...permissions.keys()].filter((at) => permissions[at] === permission);
      if (places.length === 0) return undefined;
      return {
        members: { permissions: permissions.filter((kept) => kept !== permission) },
        write: (text, index) => removePermissions(text, index, places),
      };
    }
  }
}

function permissionsOf(entry: Table, edit: SingleEdit): readonly Value[] {
  const permissions = entry['permissions'] ?? [];
  if (Array.isArray(permissions)) return permissions;
  throw refused(edit, 'its "permissions" are not an array');
}

function impliedBy(entry: Table): readonly string[] {
  const watch = entry['watch'];
  return impliedPermissions({
    channels: textsIn(entry['channels']),
    watch: {
      directories: textsIn(isTable(watch) ? watch['directories'] : undefined).map((path) => path.trim()),
    },
  });
}

function textsIn(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((element) => typeof element === 'string') : [];
}

function readBack(text: string, file: string): Table | undefined {
  try {
    return readToml(sourceText(text, file));
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'CONFIG_SYNTAX') return undefined;
    throw error;
  }
}

function refused({ change, id }: SingleEdit, reason: string): SignalboxError {
  return new SignalboxError('CONFIG_EDIT_REFUSED', `Cannot ${change} of plugin "${id}": ${reason}`, {
    hint: 'Make this change by hand',
  });
}
