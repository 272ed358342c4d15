import type { ErrorRecord } from '../core/errors.ts';

export interface WatchRequest {
  /** Absolute paths of files or folders; folders are watched with all below them; a path may appear later. */
  readonly paths: readonly string[];
  /** Quiet time before a batch is reported, milliseconds; a batch never waits longer than ten times that. */
  readonly debounceMs: number;
  /** Absolute paths, sorted, each once. `overflow` when more than 4,096 changed. */
  readonly onChange: (change: { readonly paths: readonly string[]; readonly overflow: boolean }) => void;
  readonly onError: (error: ErrorRecord) => void;
}

/** Tells when files change. Never follows symlinks. */
export interface FileWatcher extends AsyncDisposable {
  watch(request: WatchRequest): AsyncDisposable;
}
