import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { componentProblem } from '../permissions/paths.ts';

export type EntryKind = 'file' | 'directory' | 'other';

export interface ListedName {
  readonly name: string;
  readonly kind: EntryKind;
}

/** A directory with more is refused: sorting it would hold up the host. */
export const maxListedNames = 100_000;

/** All names of a directory, sorted by code unit; undefined when there are more than `maxListedNames`. */
export async function listNames(directoryPath: string): Promise<readonly ListedName[] | undefined> {
  const names: ListedName[] = [];
  for await (const entry of await opendir(directoryPath, { bufferSize: 1_000 })) {
    if (names.length === maxListedNames) return undefined;
    names.push({ name: entry.name, kind: kindOf(entry) });
  }
  return names.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** A name outside the path grammar cannot be asked for, so it is shown like a link: there, and no further. */
function kindOf(entry: Dirent): EntryKind {
  if (componentProblem(entry.name) !== undefined) return 'other';
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other';
}
