import type { AST } from 'toml-eslint-parser';
import type { Places } from './places.ts';

/** Puts `insert` in the place of the characters from `start` to `end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** @param splices must not overlap; of two at the same place the first comes first */
export function spliced(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((a, b) => a.start - b.start)
    .reduceRight(
      (edited, { start, end, insert }) => edited.slice(0, start) + insert + edited.slice(end),
      text,
    );
}

export function replaceValue(assignment: AST.TOMLKeyValue, valueText: string): Splice {
  const [start, end] = assignment.value.range;
  return { start, end, insert: valueText };
}

/** A new assignment behind one of the same table, on a line of its own where the table has lines. */
export function insertBehind(text: string, sibling: AST.TOMLKeyValue, assignment: string): Splice {
  if (sibling.parent.type === 'TOMLInlineTable') return insertAt(sibling.range[1], `, ${assignment}`);
  return insertLine(text, sibling, assignment);
}

/** New lines behind the one on which a node ends, indented like the one on which it starts. */
export function insertLine(
  text: string,
  { range: [start, end] }: AST.HasLocs,
  ...lines: readonly string[]
): Splice {
  const indent = text.slice(lineStart(text, start), start).match(/^[ \t]*/)?.[0] ?? '';
  return insertAt(lineEnd(text, end), lines.map((line) => lineBreak(text) + indent + line).join(''));
}

/** Lines with an empty one before them, behind the line that holds `offset` and the comments that follow it at once. */
export function insertBlock(text: string, offset: number, lines: readonly string[]): Splice {
  const end = lineEnd(text, Math.min(offset, text.trimEnd().length));
  const comments = text.slice(end).match(/^(\r?\n[ \t]*#[^\n]*(?<!\r))*/)?.[0].length ?? 0;
  const at = end + comments;
  const block = lines.join(lineBreak(text));
  if (at === 0) return insertAt(0, block + lineBreak(text));
  return insertAt(at, lineBreak(text).repeat(2) + block);
}

export function insertIntoEmptyTable(text: string, table: AST.TOMLInlineTable, assignment: string): Splice {
  const inside = table.range[0] + 1;
  return insertAt(inside, text[inside] === '}' ? ` ${assignment} ` : ` ${assignment}`);
}

/** A new last element. In an array with a line for each it gets one too, and a comma behind it where the others have theirs. */
export function appendElement(
  text: string,
  places: Places,
  array: AST.TOMLArray,
  valueText: string,
): readonly Splice[] {
  const last = array.elements.at(-1);
  if (!last) return [insertAt(array.range[0] + 1, valueText)];
  const comma = commaAfter(places, last);
  const closing = array.range[1] - 1;
  if (!startsLine(text, last) || closing < lineEnd(text, (comma ?? last).range[1])) {
    return [insertAt(last.range[1], `, ${valueText}`)];
  }
  if (comma) return [insertLine(text, { ...last, range: [last.range[0], comma.range[1]] }, `${valueText},`)];
  return [insertAt(last.range[1], ','), insertLine(text, last, valueText)];
}

/** Takes one element of an array, or one assignment, and its comma away, and their line when nothing else is on it. Comments stay. */
export function removeElement(text: string, places: Places, element: AST.HasLocs): readonly Splice[] {
  const [start, end] = element.range;
  const comma = commaAfter(places, element);
  const behind = comma && isBlank(text.slice(end, comma.range[0])) ? comma.range[1] : end;
  if (
    startsLine(text, element) &&
    behind < text.length &&
    isBlank(text.slice(behind, lineEnd(text, behind)))
  ) {
    const nextLine = text.indexOf('\n', behind) + 1;
    return [
      remove(lineStart(text, start), nextLine),
      ...(comma && behind === end ? [removeNode(comma)] : []),
    ];
  }
  if (comma) {
    const space = text.slice(comma.range[1]).match(/^[ \t]*/)?.[0].length ?? 0;
    return behind === end ? [remove(start, end), removeNode(comma)] : [remove(start, behind + space)];
  }
  const before = places.tokenBefore(element);
  const isAdjacent = before?.value === ',' && isBlank(text.slice(before.range[1], start));
  return [remove(isAdjacent ? before.range[0] : start, end)];
}

/**
 * Takes the lines of a table away up to the table `next`, or, without one, with the empty lines that part it from what
 * follows; at the end of the text those before it.
 */
export function removeBlock(text: string, table: AST.HasLocs, next?: AST.HasLocs): Splice {
  // Not the start of the line: on the first one that may be a byte order mark.
  const start = table.range[0] - spaceAt(text.slice(0, table.range[0]), /[ \t]*$/);
  if (next) return remove(start, lineStart(text, next.range[0]));
  const end = lineEnd(text, table.range[1]);
  const following = end + spaceAt(text.slice(end), /^[ \t\r\n]*/);
  if (following < text.length) return remove(start, lineStart(text, following));
  const preceding = start - spaceAt(text.slice(0, start), /[ \t\r\n]*$/);
  return remove(preceding, end);
}

function spaceAt(text: string, space: RegExp): number {
  return text.match(space)?.[0].length ?? 0;
}

/** The line break this file uses. */
export function lineBreak(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the line break behind an offset begins; the end of the text when there is none. */
function lineEnd(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  if (found < 0) return text.length;
  return found > offset && text[found - 1] === '\r' ? found - 1 : found;
}

export function insertAt(offset: number, insert: string): Splice {
  return { start: offset, end: offset, insert };
}

function remove(start: number, end: number): Splice {
  return { start, end, insert: '' };
}

function removeNode({ range: [start, end] }: AST.HasLocs): Splice {
  return remove(start, end);
}

function commaAfter(places: Places, node: AST.HasLocs): AST.Token | undefined {
  const token = places.tokenAfter(node);
  return token?.type === 'Punctuator' && token.value === ',' ? token : undefined;
}

function startsLine(text: string, { range: [start] }: AST.HasLocs): boolean {
  return isBlank(text.slice(lineStart(text, start), start));
}

function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}
