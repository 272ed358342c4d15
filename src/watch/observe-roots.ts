import { lstatSync, type Stats } from 'node:fs';
import { sep } from 'node:path';
import { watch } from 'chokidar';
import type { WatchedFiles } from '../ports/file-watcher.ts';
import { relevanceOf } from './watched-files.ts';

/** One chokidar instance at work. */
export interface Observation {
  /** Nothing is told from now on; resolves when every handle is given back. */
  close(): Promise<void>;
}

interface Listener {
  readonly onChange: (path: string) => void;
  readonly onError: (error: unknown) => void;
  /** From now on everything is told as it happens. */
  readonly onReady: () => void;
  /** A root, or a folder above it, went away. */
  readonly onVanish: (root: string) => void;
}

/** Files we write beside others for a moment, never anybody's news. */
const ownTempFile = /\.sbx-tmp$/;

/**
 * Chokidar holds a vanished file back this long, milliseconds, in case it is about to be replaced. Our batches join the two
 * anyway; the option is on because it also silences the swap and backup files of editors.
 */
const atomicSaveMs = 1;

/**
 * File systems stamp with a clock that ticks this seldom, milliseconds (Linux with HZ=100). A file below a root that was
 * written so shortly before the call is told of too; the other way round a change would be missed.
 */
const clockTickMs = 10;

/**
 * Tells of every change at or below some absolute paths from the moment of the call on, also of those before the operating
 * system has begun to watch.
 *
 * @param vanished roots known to have been away: whatever is found there is news
 * @param only told of, and nothing else is watched but the folders they may lie in; default: everything
 */
export function observeRoots(
  roots: readonly string[],
  vanished: ReadonlySet<string>,
  { onChange, onError, onReady, onVanish }: Listener,
  only?: WatchedFiles,
): Observation {
  const startedAt = Date.now();
  const marks = roots.map(markOf);
  let isReady = false;
  const isNew = (root: string, index: number): boolean => vanished.has(root) || marks[index] === absent;
  // A root itself is compared when all is ready: that is exact.
  const isNews = (root: string, index: number, path: string, stats: Stats | undefined): boolean =>
    isReady || isNew(root, index) || (path !== root && (stats?.ctimeMs ?? 0) > startedAt - clockTickMs);

  const isWanted = (root: string, path: string): boolean => !only || relevanceOf(only, root, path).isFile;
  /** Without `stats` nobody knows yet whether it is a folder. */
  const isWatched = (root: string, path: string, stats: Stats | undefined): boolean => {
    if (!isWithin(root, path)) return false;
    if (!only) return true;
    const { isFile, mayHold } = relevanceOf(only, root, path);
    return isFile || (mayHold && (stats?.isDirectory() ?? true));
  };

  const watcher = watch([...roots], {
    followSymlinks: false,
    atomic: atomicSaveMs,
    // What is found at the start is looked at too: it may have changed between the call and the first look.
    ignoreInitial: false,
    // Chokidar waits for a missing root at the nearest folder above; what else is there is not ours.
    ignored: (path, stats) => ownTempFile.test(path) || !roots.some((root) => isWatched(root, path, stats)),
  });
  watcher.on('all', (event, path, stats) => {
    const isTold = (root: string, index: number): boolean =>
      isWithin(root, path) && isWanted(root, path) && isNews(root, index, path, stats);
    if (roots.some(isTold)) onChange(path);
    if (event !== 'unlink' && event !== 'unlinkDir') return;
    for (const root of roots) if (isWithin(path, root)) onVanish(root);
  });
  watcher.on('ready', () => {
    isReady = true;
    for (const [index, root] of roots.entries()) if (markOf(root) !== marks[index]) onChange(root);
    onReady();
  });
  watcher.on('error', onError);
  return { close: () => watcher.close() };
}

/** True for the root itself and what is below it. */
function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

const absent = 'absent';

/** Tells one state of a file from another without reading it; the same text for every path where nothing is. */
function markOf(path: string): string {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    // A folder's times change with what it holds, and that is reported by its own name.
    return !stats ? absent : stats.isDirectory() ? 'folder' : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
  } catch (error) {
    return codeOf(error);
  }
}

/** The system's name of what went wrong: `EACCES`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
