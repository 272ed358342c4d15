import { withLockFile } from './store/lock-file.ts';

/**
 * Does `work` while no other process does the like for the same file of a state folder.
 *
 * @param file absolute path; `<file>.lock` is there meanwhile
 * @throws `STORE_FAILED` when another one takes seconds
 */
export function withStateLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  return withLockFile(`${file}.lock`, work);
}
