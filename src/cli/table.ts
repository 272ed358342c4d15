import { printable } from '../core/printable.ts';
import { displayWidth } from './printable.ts';

/** One cell: its text, and how to paint it once it is padded. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const gap = '  ';

/** Rows as lines with aligned columns, two blanks apart. The last column is not padded. */
export function tableLines(rows: readonly (readonly Cell[])[]): readonly string[] {
  const printed = rows.map((row) => row.map((cell) => ({ ...cell, text: printable(cell.text) })));
  const widths: number[] = [];
  for (const row of printed) {
    for (const [column, { text }] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(text));
    }
  }
  return printed.map((row) =>
    row
      .map(({ text, paint = asIs }, column) => {
        const isLast = column === row.length - 1;
        return paint(text) + (isLast ? '' : ' '.repeat((widths[column] ?? 0) - displayWidth(text)));
      })
      .join(gap)
      .trimEnd(),
  );
}

function asIs(text: string): string {
  return text;
}
