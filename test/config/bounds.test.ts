import { expect, test } from 'vitest';
import { findOverlongKey, maxNesting } from '../../src/config/bounds.ts';

const dots = '.'.repeat(maxNesting);
const key = (segments: number) => Array(segments).fill('a').join('.');

test.each([
  ['a key of 64 segments', `${key(64)} = 1`],
  ['many short keys', 'a.b = 1\n'.repeat(100)],
  ['many short keys inline', `x = { ${'a.b = 1, '.repeat(100)} }`],
  ['many floats', `x = [${'1.5, '.repeat(100)}]`],
  ['dots in a comment', `# ${dots}\n`],
  ['dots in a text', `x = "${dots}"\ny = '${dots}'`],
  ['dots behind an escaped quote', `x = "\\"${dots}"`],
  ['dots in a text of several lines', `x = """\n"" ${dots} \\"""\n${dots}"""\ny = '''\n${dots}''''`],
  ['dots in a text that ends in quotes', `x = """${dots}"""""\ny = "${dots}"`],
  ['dots in a text that never ends', `x = """${dots}`],
])('%s is not overlong', (_name, text) => {
  expect(findOverlongKey(text)).toBe(undefined);
});

test.each([
  ['a key', `${key(65)} = 1`],
  ['a header', `[[ ${key(65)} ]]`],
  ['an inline key', `x = { ${key(65)} = 1 }`],
  ['a key of quoted segments', `${'"a" . '.repeat(64)}b = 1`],
  ['a key behind a text that is not closed on its line', `x = "abc\n${key(65)} = 1`],
])('%s of 65 segments is overlong', (_name, text) => {
  const at = findOverlongKey(text);
  expect(at !== undefined && text[at]).toBe('.');
});
