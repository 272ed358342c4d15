import type { FileWatcher } from '../../src/ports/file-watcher.ts';

const nothing = { [Symbol.asyncDispose]: async () => {} };

/** For programs that end before anybody could edit the file beside them. */
export const unwatched: FileWatcher = { watch: () => nothing, ...nothing };
