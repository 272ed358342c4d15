import { basename, relative, sep } from 'node:path';
import type { WatchedFiles } from '../ports/file-watcher.ts';

/** What a path below a watched root is to somebody who wants some files only. */
export interface Relevance {
  /** A file that was asked for. */
  readonly isFile: boolean;
  /** A folder, or what may turn out to be one, that such files may lie in. */
  readonly mayHold: boolean;
}

/** Judges a path at or below `root` by its name and depth alone. */
export function relevanceOf(
  { name, levels, isSearchedFolder }: WatchedFiles,
  root: string,
  path: string,
): Relevance {
  const segments = path === root ? [] : relative(root, path).split(sep);
  const areSearched = segments.slice(0, -1).every(isSearchedFolder);
  return {
    isFile: areSearched && segments.length > 0 && segments.length <= levels + 1 && basename(path) === name,
    mayHold: segments.length <= levels && segments.every(isSearchedFolder),
  };
}
