import { type ErrorRecord, SignalboxError, type SourceLocation } from '../core/errors.ts';
import type { SourceText } from '../core/source-text.ts';
import type { Path } from '../manifest/schema-problem.ts';
import { placeFinder } from './places.ts';

/** Locates what is wrong with one file, and collects what stops nothing. */
export interface Problems {
  readonly warnings: ErrorRecord[];
  locate(path: Path): SourceLocation | undefined;
  /** The file as a whole cannot be used. */
  fatal(path: Path, message: string, hint?: string): SignalboxError;
  ofEntry(path: Path, message: string, hint: string | undefined): ErrorRecord;
  /** Something that stops nothing by itself. */
  warn(path: Path, message: string, hint?: string): void;
  unknownKey(path: Path, known: readonly string[]): void;
}

export function createProblems(source: SourceText): Problems {
  const locate = placeFinder(source);
  const warnings: ErrorRecord[] = [];
  const problem = (
    code: 'CONFIG_INVALID' | 'CONFIG_ENTRY_INVALID',
    path: Path,
    message: string,
    hint?: string,
  ) => {
    const location = locate(path);
    return new SignalboxError(code, message, {
      ...(hint !== undefined && { hint }),
      ...(location && { location }),
    });
  };
  const warn = (path: Path, message: string, hint?: string): void => {
    warnings.push(problem('CONFIG_INVALID', path, message, hint).toRecord());
  };
  return {
    warnings,
    locate,
    fatal: (path, message, hint) => problem('CONFIG_INVALID', path, message, hint),
    ofEntry: (path, message, hint) => problem('CONFIG_ENTRY_INVALID', path, message, hint).toRecord(),
    warn,
    unknownKey: (path, known) =>
      warn(path, `Key "${path.join('.')}" is not known and ignored`, `Known here are ${known.join(', ')}`),
  };
}
