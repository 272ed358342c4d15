import { relative } from 'node:path';
import type { Colors } from 'picocolors/types.js';
import type { ErrorRecord, SourceLocation } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { printableLines } from './printable.ts';

/** What a problem is called when it stops something, and when it does not. */
export type Severity = 'error' | 'warning';

interface ProblemStyle {
  readonly colors: Colors;
  /** Absolute; files below it are named from here. */
  readonly cwd: string;
  readonly severity?: Severity;
}

/** A problem for people: code and message, place, code frame, hint; ends with a line break. */
export function problemText(problem: ErrorRecord, { colors, cwd, severity = 'error' }: ProblemStyle): string {
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const head = `${paint(severity)} ${colors.bold(problem.code)} ${printable(problem.message)}`;
  const more = problemDetails(problem, cwd).map((line) => `  ${line}`);
  return `${[head, ...more].join('\n')}\n`;
}

/** The lines below the message: place, code frame, hint. */
export function problemDetails({ location, hint }: ErrorRecord, cwd: string): readonly string[] {
  return [
    ...(location
      ? [placeText(location, cwd), ...printableLines(location.frame ?? '').filter((line) => line !== '')]
      : []),
    ...(hint === undefined ? [] : [`hint: ${printable(hint)}`]),
  ];
}

/** A path as short as it is clear: relative when it lies below `cwd`. */
export function shortPath(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return printable(fromHere === '' ? '.' : fromHere.startsWith('..') ? path : fromHere);
}

function placeText({ file, line, column }: SourceLocation, cwd: string): string {
  const name = file === undefined ? 'line ' : `${shortPath(file, cwd)}:`;
  return `at ${name}${line}:${column}`;
}
