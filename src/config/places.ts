import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { SignalboxError, type SourceLocation } from '../core/errors.ts';
import type { SourceText } from '../core/source-text.ts';
import type { Path } from '../manifest/schema-problem.ts';

/** What defines something at a path: an assignment, a table's header, or an element of an array. */
export type Definition = AST.TOMLKeyValue | AST.TOMLTable | AST.TOMLContentNode;

/** Where everything of one TOML text stands. Offsets count from the first character, a byte order mark included. */
export interface Places {
  /** What defines exactly this path; a table made only by dotted keys or longer headers has nothing that does. */
  at(path: Path): Definition | undefined;
  /** Every definition at or below a path, in the order of the text. */
  below(path: Path): readonly { readonly path: Path; readonly node: Definition }[];
  /** What comes right after a node that is neither space nor comment. */
  tokenAfter(node: AST.HasLocs): AST.Token | undefined;
  tokenBefore(node: AST.HasLocs): AST.Token | undefined;
}

/** @throws `CONFIG_EDIT_REFUSED` when the text is TOML for smol-toml but not for the parser that knows places */
export function findPlaces(text: string): Places {
  const program = parseProgram(text);
  if (program instanceof ParseError) {
    const message = `Cannot find the places of the config file: ${program.message} in line ${program.lineNumber}`;
    throw new SignalboxError('CONFIG_EDIT_REFUSED', message, {
      hint: 'Write that line in the plain way of TOML 1.0, or make the change by hand',
      cause: program,
    });
  }
  const definitions = [...definitionsIn(program.body[0], [])];
  const byPath = new Map(definitions.map((definition) => [pathKey(definition.path), definition.node]));
  return {
    at: (path) => byPath.get(pathKey(path)),
    below: (path) => definitions.filter((definition) => startsWith(definition.path, path)),
    tokenAfter: ({ range: [, end] }) => program.tokens.find((token) => token.range[0] >= end),
    tokenBefore: ({ range: [start] }) => program.tokens.findLast((token) => token.range[1] <= start),
  };
}

/**
 * A function from paths to places, for problems. A path that nothing defines is located at the nearest table above it. The
 * text is parsed at the first question, not before; without an answer a problem is told without its place.
 */
export function placeFinder(source: SourceText): (path: Path) => SourceLocation | undefined {
  let first: Map<string, number> | undefined;
  return (path) => {
    first ??= firstOffsets(source.text);
    for (let length = path.length; length > 0; length--) {
      const offset = first.get(pathKey(path.slice(0, length)));
      if (offset !== undefined) return source.locate(offset);
    }
    return undefined;
  };
}

/** The offset at which each path is first named, tables without a header of their own included. */
function firstOffsets(text: string): Map<string, number> {
  const offsets = new Map<string, number>();
  const program = parseProgram(text);
  if (program instanceof ParseError) return offsets;
  for (const { path, node } of definitionsIn(program.body[0], [])) {
    const keys = 'key' in node ? node.key.keys : [];
    for (let length = path.length; length > 0; length--) {
      const key = pathKey(path.slice(0, length));
      // Segments of the path that this key does not spell are its container's, and were named before it.
      const segment = keys[keys.length - 1 - (path.length - length)] ?? node;
      if (!offsets.has(key)) offsets.set(key, segment.range[0]);
    }
  }
  return offsets;
}

function* definitionsIn(
  container: AST.TOMLTopLevelTable | AST.TOMLTable | AST.TOMLInlineTable,
  base: Path,
): Generator<{ readonly path: Path; readonly node: Definition }> {
  for (const member of container.body) {
    if (member.type === 'TOMLTable') {
      yield { path: member.resolvedKey, node: member };
      yield* definitionsIn(member, member.resolvedKey);
    } else {
      const path = [
        ...base,
        ...member.key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value)),
      ];
      yield { path, node: member };
      yield* definitionsInside(member.value, path);
    }
  }
}

function* definitionsInside(
  value: AST.TOMLContentNode,
  path: Path,
): Generator<{ readonly path: Path; readonly node: Definition }> {
  if (value.type === 'TOMLInlineTable') yield* definitionsIn(value, path);
  if (value.type !== 'TOMLArray') return;
  for (const [index, element] of value.elements.entries()) {
    yield { path: [...path, index], node: element };
    yield* definitionsInside(element, [...path, index]);
  }
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((part, index) => path[index] === part);
}

function pathKey(path: Path): string {
  return JSON.stringify(path);
}

/** The error where this parser refuses what smol-toml reads; it is the stricter one in corners nobody writes. */
function parseProgram(text: string): AST.TOMLProgram | ParseError {
  try {
    // The parser does not know byte order marks; a space in its place keeps every offset.
    return parseTOML(text.replace(/^\uFEFF/, ' '));
  } catch (error) {
    if (error instanceof ParseError) return error;
    // It spreads the characters of a string over the stack: from about 130,000 there is no room for them.
    if (error instanceof RangeError) throw tooLongForEditing(error);
    throw error;
  }
}

function tooLongForEditing(cause: RangeError): SignalboxError {
  return new SignalboxError(
    'CONFIG_EDIT_REFUSED',
    'The config file holds a text too long to be edited around',
    {
      hint: 'Edit it by hand, or move texts of more than 100,000 characters into files of their own',
      cause,
    },
  );
}
