import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** Something below a granted root that is open, so that no later change of the path can exchange it. */
export interface OpenedPath extends AsyncDisposable {
  readonly stat: BigIntStats;
  /** Opens a regular file, as it is. The caller disposes the handle. */
  openFile(use: 'read' | 'write'): Promise<FileHandle>;
  /** A path that leads to this very directory while it is open. */
  readonly directoryPath: string;
  /** Makes a regular file in this directory, for writing; `EEXIST` when there is anything of that name. The caller disposes the handle. */
  createFile(name: string): Promise<FileHandle>;
  /** Where it lies, without links. */
  realPath(): Promise<string>;
}

/** What plugins make is for the user who runs the host, and never to be run. */
export const newFileMode = 0o600;

export type Opening =
  | { readonly outcome: 'opened'; readonly opened: OpenedPath }
  /** Not there, or not for us to see. */
  | { readonly outcome: 'absent' }
  /** It would have led out of the root. */
  | { readonly outcome: 'refused'; readonly rule: string };

/**
 * Opens what lies below a granted root without following a symbolic link below it, and without leaving the root's device. The
 * root itself is the operator's word: a link there is followed.
 */
export interface PathWalk {
  /** `descriptor` has no window in which a swapped component is followed; `best-effort` has a small one. */
  readonly tier: 'descriptor' | 'best-effort';
  /** @param root absolute. @throws errors of the system other than those that mean absent or refused */
  open(root: string, components: readonly string[]): Promise<Opening>;
}
