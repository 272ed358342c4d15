import { SignalboxError } from '../../src/core/errors.ts';

/** What `work` gives, or the code of the error of ours it throws; any other is a bug and goes on. */
export function codeOr<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof SignalboxError) return error.code;
    throw error;
  }
}
