import type { AST } from 'toml-eslint-parser';
import { SignalboxError } from '../core/errors.ts';
import type { Path } from '../manifest/schema-problem.ts';
import { findPlaces, type Places } from './places.ts';
import {
  appendElement,
  insertAt,
  insertBehind,
  insertBlock,
  insertIntoEmptyTable,
  insertLine,
  lineBreak,
  lineStart,
  removeBlock,
  removeElement,
  replaceValue,
  type Splice,
  spliced,
} from './splice.ts';
import type { Value } from './toml.ts';
import { keyText, valueText } from './toml-text.ts';

/** One entry in the text: what is written where. */
interface EntryText {
  readonly text: string;
  readonly places: Places;
  readonly path: Path;
  /** Its `id = "..."`: every entry has one, and it stands in the entry's own table. */
  readonly id: AST.TOMLKeyValue;
}

/** @throws `CONFIG_EDIT_REFUSED`, like all below, when the text gives no place for the change */
export function writeEnabled(text: string, index: number, enabled: boolean): string {
  const written = findEntryText(text, index);
  return spliced(text, [setKey(written, 'enabled', String(enabled), written.id)]);
}

/** A table of its own behind the last one of `plugins`, or at the end of the text when there is none. */
export function writeEntry(
  text: string,
  {
    id,
    enabled,
    artifactPath,
  }: { readonly id: string; readonly enabled: boolean; readonly artifactPath: string },
): string {
  const last = findPlaces(text)
    .below(['plugins'])
    .findLast(({ node }) => node.type === 'TOMLTable');
  const lines = [
    '[[plugins.entries]]',
    `id = ${valueText(id)}`,
    `enabled = ${enabled}`,
    `artifact_path = ${valueText(artifactPath)}`,
  ];
  return spliced(text, [insertBlock(text, last ? last.node.range[1] : text.length, lines)]);
}

/** The entry with everything that lies between its tables. */
export function removeEntry(text: string, index: number): string {
  const places = findPlaces(text);
  const path = ['plugins', 'entries', index];
  const element = places.at(path);
  if (element && element.type !== 'TOMLTable' && element.type !== 'TOMLKeyValue') {
    return spliced(text, removeElement(text, places, element));
  }
  const own = new Set(places.below(path).map(({ node }) => node));
  const tables = places
    .below([])
    .map(({ node }) => node)
    .filter((node) => node.type === 'TOMLTable');
  if (!tables.some((table) => own.has(table))) throw noPlace('the entry');
  const splices = tables.flatMap((table, at) => {
    if (!own.has(table)) return [];
    const next = tables[at + 1];
    // Up to the next table when that goes too: what stands between them is about this entry.
    return [removeBlock(text, table, next && own.has(next) ? next : undefined)];
  });
  return spliced(text, splices);
}

/** One setting; the comment behind it stays. */
export function removeConfig(text: string, index: number, key: string): string {
  const { places, path } = findEntryText(text, index);
  const written = places.at([...path, 'config', key]);
  if (written?.type !== 'TOMLKeyValue') throw noPlace(`"config.${key}"`);
  return spliced(text, removeElement(text, places, written));
}

export function writeConfig(text: string, index: number, key: string, value: Value): string {
  return spliced(text, [setConfig(findEntryText(text, index), key, valueText(value))]);
}

export function writePermission(text: string, index: number, permission: string): string {
  const written = findEntryText(text, index);
  const { places, path, id } = written;
  const existing = places.at([...path, 'permissions']);
  if (existing?.type === 'TOMLKeyValue' && existing.value.type === 'TOMLArray') {
    return spliced(text, appendElement(text, places, existing.value, valueText(permission)));
  }
  const list = `[${valueText(permission)}]`;
  return spliced(text, [setKey(written, 'permissions', list, lastBeside(id))]);
}

/** @param at which elements of `permissions` go */
export function removePermissions(text: string, index: number, at: readonly number[]): string {
  // From the last on, one by one: each changes the places of those behind it.
  return at.reduceRight((edited, element) => {
    const places = findPlaces(edited);
    const node = places.at(['plugins', 'entries', index, 'permissions', element]);
    if (!node || node.type === 'TOMLKeyValue' || node.type === 'TOMLTable') throw noPlace('"permissions"');
    return spliced(edited, removeElement(edited, places, node));
  }, text);
}

function findEntryText(text: string, index: number): EntryText {
  const places = findPlaces(text);
  const path = ['plugins', 'entries', index];
  const id = places.at([...path, 'id']);
  if (id?.type !== 'TOMLKeyValue') throw noPlace('the entry');
  return { text, places, path, id };
}

/** A key of the entry itself. */
function setKey(
  { text, places, path }: EntryText,
  key: string,
  value: string,
  sibling: AST.TOMLKeyValue,
): Splice {
  const existing = places.at([...path, key]);
  if (existing?.type === 'TOMLKeyValue') return replaceValue(existing, value);
  if (places.below([...path, key]).length > 0) throw noPlace(`"${key}"`);
  return insertBehind(text, sibling, `${key} = ${value}`);
}

function setConfig(written: EntryText, key: string, value: string): Splice {
  const { text, places, path, id } = written;
  const configPath = [...path, 'config'];
  const existing = places.at([...configPath, key]);
  if (existing?.type === 'TOMLKeyValue') return replaceValue(existing, value);
  if (places.below([...configPath, key]).length > 0)
    throw noPlace(`"config.${key}", which is a table of its own`);

  const assignment = `${keyText(key)} = ${value}`;
  const config = places.at(configPath);
  if (config?.type === 'TOMLTable') {
    const last = config.body.at(-1);
    return last ? insertBehind(text, last, assignment) : insertLine(text, config, assignment);
  }
  if (config?.type === 'TOMLKeyValue' && config.value.type === 'TOMLInlineTable') {
    const last = config.value.body.at(-1);
    return last ? insertBehind(text, last, assignment) : insertIntoEmptyTable(text, config.value, assignment);
  }
  const parts = places.below(configPath).map(({ node }) => node);
  const dotted = parts.findLast((node) => node.type === 'TOMLKeyValue' && node.parent === id.parent);
  if (dotted?.type === 'TOMLKeyValue') return insertBehind(text, dotted, `config.${assignment}`);
  const subTable = parts.find((node) => node.type === 'TOMLTable');
  return subTable ? newTableBefore(text, subTable, path, assignment) : newConfig(written, assignment);
}

/** `[plugins.entries.config]` before the first of its sub-tables, named as they name it. */
function newTableBefore(text: string, subTable: AST.TOMLTable, path: Path, assignment: string): Splice {
  // The index in the path is not a part of the header.
  const config = subTable.key.keys[path.length - 1] ?? subTable.key;
  const header = `[${text.slice(subTable.key.range[0], config.range[1])}]`;
  const start = lineStart(text, subTable.range[0]);
  const indent = text.slice(start, subTable.range[0]);
  return insertAt(start, [header, assignment].map((line) => indent + line + lineBreak(text)).join(''));
}

/** A first setting: a table with a header where the entry has one, else an inline table. */
function newConfig({ text, id }: EntryText, assignment: string): Splice {
  const entry = id.parent;
  if (entry.type !== 'TOMLTable') return insertBehind(text, lastBeside(id), `config = { ${assignment} }`);
  const header = `[${text.slice(...entry.key.range)}.config]`;
  return insertLine(text, lastBeside(id), header, assignment);
}

/** The last assignment of the table that holds this one. */
function lastBeside(assignment: AST.TOMLKeyValue): AST.TOMLKeyValue {
  const members: readonly (AST.TOMLKeyValue | AST.TOMLTable)[] = assignment.parent.body;
  return members.findLast((member) => member.type === 'TOMLKeyValue') ?? assignment;
}

function noPlace(what: string): SignalboxError {
  return new SignalboxError(
    'CONFIG_EDIT_REFUSED',
    `The text of the config file gives no place to change ${what}`,
    {
      hint: 'Make this change by hand',
    },
  );
}
