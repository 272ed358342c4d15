import { isAbsolute, resolve } from 'node:path';
import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { FileWatcher, WatchRequest } from '../ports/file-watcher.ts';
import { createChangeBatch } from './change-batch.ts';
import { codeOf, type Observation, observeRoots } from './observe-roots.ts';

/**
 * After a root or a folder above it went away the watch is set up anew, once nothing more has gone for this long,
 * milliseconds: chokidar 6.0 loses one in ten of the roots that come back while it still tidies up after them.
 */
const restartAfterMs = 15;

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

function startWatch({ paths, debounceMs, onChange, onError, only }: WatchRequest): AsyncDisposable {
  const roots = paths.map(absolute);
  const batch = createChangeBatch(debounceMs, onChange);
  const vanished = new Set<string>();
  const open = new Set<Observation>();
  let restart: ReturnType<typeof setTimeout> | undefined;

  const begin = (): void => {
    const predecessors = [...open];
    const listener = {
      onChange: batch.add,
      onError: (error: unknown) => onError(watchFailure(error, roots)),
      onReady: () => void Promise.all(predecessors.map(end)),
      onVanish: (root: string) => {
        vanished.add(root);
        clearTimeout(restart);
        restart = setTimeout(begin, restartAfterMs);
      },
    };
    const observation = observeRoots(roots, new Set(vanished), listener, only);
    vanished.clear();
    open.add(observation);
  };
  const end = async (observation: Observation): Promise<void> => {
    await observation.close();
    open.delete(observation);
  };

  begin();
  return {
    async [Symbol.asyncDispose]() {
      batch.close();
      clearTimeout(restart);
      await Promise.all([...open].map(end));
    },
  };
}

function absolute(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  throw new SignalboxError('INTERNAL', `Cannot watch "${path}": only absolute paths can be watched`);
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
