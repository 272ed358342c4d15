import { type ErrorRecord, toErrorRecord } from '../core/errors.ts';
import type { ConfigReading } from '../ports/config-file.ts';
import type { FileWatcher } from '../ports/file-watcher.ts';
import type { ConfigText } from './config-text.ts';

/** What is remembered of one config file between looks at it. */
export interface ConfigMemory {
  /** The text read or written last, with what it gave: the same text is not parsed twice. */
  known: { readonly mark: string; readonly reading: ConfigReading } | undefined;
  /** What we wrote last, as long as nobody has been seen to write anything else since. */
  ownMark: string | undefined;
}

interface ConfigWatchOptions {
  readonly memory: ConfigMemory;
  readonly look: (signal: AbortSignal) => Promise<ConfigText>;
  readonly paths: readonly string[];
  readonly watcher: FileWatcher;
  readonly onChange: () => void;
  readonly onError: (error: ErrorRecord) => void;
}

/** Quiet time after which a foreign edit is looked at. */
const debounceMs = 50;

const unreadableMark = 'unreadable';

/** Calls back when somebody else has changed the content; a file that was only touched has not changed. */
export function watchConfig({
  memory,
  look,
  paths,
  watcher,
  onChange,
  onError,
}: ConfigWatchOptions): AsyncDisposable {
  const closing = new AbortController();
  /** What the caller was told of last; before the first time that is what was read last. */
  let told: string | undefined;

  const markNow = async (): Promise<string> => {
    try {
      return (await look(closing.signal)).mark;
    } catch (error) {
      if (!closing.signal.aborted && told !== unreadableMark) onError(toErrorRecord(error));
      return unreadableMark;
    }
  };
  const check = async (isEvent: boolean): Promise<void> => {
    if (closing.signal.aborted) return;
    const mark = await markNow();
    const before = told ?? memory.known?.mark;
    if (closing.signal.aborted || (before === undefined && !isEvent)) return;
    told = mark;
    if (mark === memory.ownMark || mark === unreadableMark) return;
    // The caller may have read on his own what he was not told of, and something older is back now.
    if (mark === before && mark === memory.known?.mark) return;
    memory.ownMark = undefined;
    onChange();
  };

  // One after the other: a slow look must not tell of what a later one has told already.
  let checks = Promise.resolve();
  const enqueue = (isEvent: boolean): void => {
    checks = checks.then(() => check(isEvent));
  };
  const watch = watcher.watch({ paths, debounceMs, onChange: () => enqueue(true), onError });
  // It may have changed between the caller's reading and now.
  enqueue(false);
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      await watch[Symbol.asyncDispose]();
    },
  };
}
