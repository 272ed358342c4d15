import { type ErrorRecord, SignalboxError, toErrorRecord } from '../core/errors.ts';
import { jsonLine } from './json-text.ts';
import { printableLines } from './printable.ts';
import { problemText } from './problem-text.ts';
import { exitCodes, type Shell } from './shell.ts';

export interface OutputOptions {
  readonly json?: boolean;
}

/**
 * Runs a command to its exit code. What it throws is printed: for people on standard error, with `--json` as
 * `{"error": {...}}` on standard output, so that a program reads one stream.
 */
export async function settle(
  shell: Shell,
  { json }: OutputOptions,
  work: () => Promise<number>,
): Promise<void> {
  try {
    shell.exitWith(await work());
  } catch (thrown) {
    const error = toErrorRecord(thrown);
    if (json) shell.print(jsonLine({ error }));
    else
      shell.complain(problemText(error, { colors: shell.errorColors, cwd: shell.cwd }) + traceText(thrown));
    shell.exitWith(exitCodeOf(error));
  }
}

export function exitCodeOf({ code }: ErrorRecord): number {
  return code.startsWith('CONFIG_') || code === 'ARGUMENT_INVALID' ? exitCodes.unusable : exitCodes.problem;
}

/** Only what nobody foresaw is worth a stack trace. */
function traceText(thrown: unknown): string {
  if (thrown instanceof SignalboxError || !(thrown instanceof Error) || thrown.stack === undefined) return '';
  return `${printableLines(thrown.stack).slice(1).join('\n')}\n`;
}
