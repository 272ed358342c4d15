import { lstatSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';
import { watch as observe } from 'chokidar';
import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { FileWatcher, WatchRequest } from '../ports/file-watcher.ts';
import { createChangeBatch } from './change-batch.ts';

/** Files we write beside others for a moment, never anybody's news. */
const ownTempFile = /\.sbx-tmp$/;

/**
 * Chokidar holds a vanished file back this long, milliseconds, in case it is about to be replaced. Our batches join the two
 * anyway; the option is on because it also silences the swap and backup files of editors.
 */
const atomicSaveMs = 1;

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'Raise fs.inotify.max_user_watches, or watch fewer folders',
  EMFILE: 'Raise the limit of open files (ulimit -n), or watch fewer folders',
  EACCES: 'Make the folder readable for this process, or watch another one',
};

/**
 * Watches through the operating system. Each request has a chokidar instance of its own, so that disposing one takes nothing
 * from the others; chokidar shares the system's handles among them.
 */
export function createFileWatcher(): FileWatcher {
  const running = new Set<AsyncDisposable>();
  let isClosed = false;
  return {
    watch(request) {
      if (isClosed) throw new SignalboxError('RUNTIME_CLOSED', 'The file watcher was closed');
      const watch = startWatch(request);
      const handle = {
        async [Symbol.asyncDispose]() {
          running.delete(handle);
          await watch[Symbol.asyncDispose]();
        },
      };
      running.add(handle);
      return handle;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await Promise.all([...running].map((handle) => handle[Symbol.asyncDispose]()));
    },
  };
}

function startWatch({ paths, debounceMs, onChange, onError }: WatchRequest): AsyncDisposable {
  const roots = paths.map(absolute);
  const batch = createChangeBatch(debounceMs, onChange);
  const startedAt = Date.now();
  const marks = roots.map(markOf);
  let isReady = false;

  const watcher = observe(roots, {
    followSymlinks: false,
    atomic: atomicSaveMs,
    // What is found at the start is looked at too: it may have changed between the call and the first look.
    ignoreInitial: false,
    // Chokidar waits for a missing root at the nearest folder above; what else is there is not ours.
    ignored: (path) => ownTempFile.test(path) || !roots.some((root) => isWithin(root, path)),
  });
  watcher.on('all', (_event, path, stats) => {
    if (!roots.some((root) => isWithin(root, path))) return;
    if (isReady || (stats !== undefined && stats.ctimeMs >= startedAt)) batch.add(path);
  });
  watcher.on('ready', () => {
    isReady = true;
    for (const [index, root] of roots.entries()) if (markOf(root) !== marks[index]) batch.add(root);
  });
  watcher.on('error', (error) => onError(watchFailure(error, roots)));

  return {
    async [Symbol.asyncDispose]() {
      batch.close();
      await watcher.close();
    },
  };
}

function absolute(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  throw new SignalboxError('INTERNAL', `Cannot watch "${path}": only absolute paths can be watched`);
}

/** True for the root itself and what is below it. */
function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Tells one state of a file from another without reading it; the same text for every path where nothing is. */
function markOf(path: string): string {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    // A folder's times change with what it holds, and that is reported by its own name.
    return !stats ? 'absent' : stats.isDirectory() ? 'folder' : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
  } catch (error) {
    return codeOf(error);
  }
}

function watchFailure(error: unknown, roots: readonly string[]): ErrorRecord {
  const hint = hints[codeOf(error)];
  const where = roots.map((root) => `"${root}"`).join(', ');
  const reason = error instanceof Error ? error.message : String(error);
  return new SignalboxError('WATCH_FAILED', `Cannot watch ${where}: ${reason}`, {
    cause: error,
    ...(hint !== undefined && { hint }),
  }).toRecord();
}

/** The system's name of what went wrong: `EACCES`. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
