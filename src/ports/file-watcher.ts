import type { ErrorRecord } from '../core/errors.ts';

export interface WatchRequest {
  /** Absolute paths of files or folders; folders are watched with all below them; a path may appear later. */
  readonly paths: readonly string[];
  /** Quiet time before a batch is reported, milliseconds; a batch never waits longer than ten times that. */
  readonly debounceMs: number;
  /** Absolute paths, sorted, each once. `overflow` when more than 4,096 changed. */
  readonly onChange: (change: { readonly paths: readonly string[]; readonly overflow: boolean }) => void;
  /** Default: every file is told of. */
  readonly only?: WatchedFiles;
  readonly onError: (error: ErrorRecord) => void;
}

/** Some of the files below the watched folders. */
export interface WatchedFiles {
  readonly name: string;
  /** Folders this many levels down are looked into, and none further: 0 is the watched folder alone. */
  readonly levels: number;
  /** By its name; one that is not is not looked into. */
  readonly isSearchedFolder: (name: string) => boolean;
}

/** Tells when files change. Never follows symlinks. */
export interface FileWatcher extends AsyncDisposable {
  watch(request: WatchRequest): AsyncDisposable;
}
