import type { SourceLocation } from './errors.ts';

/** Columns of a line that a frame shows; a longer one is cut around the marked place. */
const frameColumns = 100;
const linesAround = 2;

/** A text file that problems are located in. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** The place of an offset into `text`, with a frame. */
  locate(offset: number): SourceLocation;
  /** The place of a line and a column, both from 1, with a frame. */
  locateLine(line: number, column: number): SourceLocation;
}

export function sourceText(text: string, file: string): SourceText {
  let starts: readonly number[] | undefined;
  const lineStarts = (): readonly number[] => {
    starts ??= [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    return starts;
  };
  const locateLine = (line: number, column: number): SourceLocation => ({
    file,
    line,
    column,
    frame: codeFrame(text, lineStarts(), line, column),
  });
  return {
    file,
    text,
    locateLine,
    locate: (offset) => {
      const line = lineAt(lineStarts(), offset);
      return locateLine(line, offset - (lineStarts()[line - 1] ?? 0) + 1);
    },
  };
}

/** The number, from 1, of the line that holds an offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

function codeFrame(text: string, starts: readonly number[], line: number, column: number): string {
  const first = Math.max(1, line - linesAround);
  const last = Math.min(starts.length, line + linesAround);
  const width = String(last).length;
  const rows: string[] = [];
  for (let number = first; number <= last; number++) {
    const content = text
      .slice(starts[number - 1], (starts[number] ?? text.length + 1) - 1)
      .replace(/\r$/, '');
    const isMarked = number === line;
    const cut = isMarked ? Math.max(0, column - Math.floor(frameColumns * 0.75)) : 0;
    const shown = content.slice(cut, cut + frameColumns);
    rows.push(`${isMarked ? '>' : ' '} ${String(number).padStart(width)} | ${shown}`.trimEnd());
    if (isMarked) {
      // Tabs are kept so that the marker stands below its character.
      const before = content.slice(cut, column - 1).replace(/[^\t]/g, ' ');
      rows.push(`  ${' '.repeat(width)} | ${before}^`);
    }
  }
  return rows.join('\n');
}
