import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  componentsBelow,
  joinBelow,
  normalizeGuestPath,
  normalizeRoot,
  pathProblem,
} from '../../src/permissions/paths.ts';
import { pathAttacks } from '../support/corpora.ts';

const roots = ['waves', 'deep/er', '/srv/data', 'a b'];

const legitimate: readonly (readonly [path: string, root: string, components: readonly string[]])[] = [
  ['waves', 'waves', []],
  ['waves/', 'waves', []],
  ['./waves', 'waves', []],
  ['./waves/a.vcd', 'waves', ['a.vcd']],
  ['waves/run 1/top.fst', 'waves', ['run 1', 'top.fst']],
  ['waves/überraschung/波形.vcd', 'waves', ['überraschung', '波形.vcd']],
  ['waves/e\u0301.vcd', 'waves', ['e\u0301.vcd']],
  ['waves/👩‍💻.vcd', 'waves', ['👩‍💻.vcd']],
  ['waves/.hidden', 'waves', ['.hidden']],
  ['waves/..hidden', 'waves', ['..hidden']],
  ['waves/a..b', 'waves', ['a..b']],
  ['waves/100%.vcd', 'waves', ['100%.vcd']],
  ['waves/50%25.vcd', 'waves', ['50%25.vcd']],
  ['waves/console.log', 'waves', ['console.log']],
  ['waves/com10', 'waves', ['com10']],
  ['waves/nullable.ts', 'waves', ['nullable.ts']],
  ['waves/~backup', 'waves', ['~backup']],
  ["waves/it's (2) [x] {y} #1 & more;.vcd", 'waves', ["it's (2) [x] {y} #1 & more;.vcd"]],
  ['waves/ leading', 'waves', [' leading']],
  [`waves/${'a'.repeat(255)}`, 'waves', ['a'.repeat(255)]],
  ['deep/er/x', 'deep/er', ['x']],
  ['/srv/data', '/srv/data', []],
  ['/srv/data/x/y', '/srv/data', ['x', 'y']],
  ['a b/c', 'a b', ['c']],
];

describe.each(pathAttacks)('a path that %s', (_trick, paths) => {
  test.each(paths)('%j lies below no root', (path) => {
    const normalized = normalizeGuestPath(path);
    expect(roots.flatMap((root) => componentsBelow(root, normalized) ?? [])).toEqual([]);
    expect(roots).not.toContain(normalized);
  });
});

test('the corpus holds at least three hundred attacks', () => {
  expect(pathAttacks.flatMap(([, paths]) => paths).length).toBeGreaterThanOrEqual(300);
});

test.each(legitimate)('%j lies below %j', (path, root, components) => {
  expect(componentsBelow(root, normalizeGuestPath(path))).toEqual(components);
});

test.each([
  ['.', 'a/b', ['a', 'b']],
  ['.', '.', []],
  ['.', '/etc', undefined],
  ['.', '../x', undefined],
  ['/', '/etc/passwd', ['etc', 'passwd']],
  ['/', 'etc', undefined],
  ['../shared', '../shared/a', ['a']],
  ['../shared', '../shared/../b', undefined],
  ['../shared', '../other', undefined],
  ['C:/waves', 'C:/waves/a', ['a']],
])('below the root %j, %j has the components %j', (root, path, components) => {
  expect(componentsBelow(root, path)).toEqual(components);
});

test.each([
  ['waves', 'waves'],
  ['./waves/', 'waves'],
  ['././waves//x/.', 'waves/x'],
  ['.', '.'],
  ['./', '.'],
  ['/', '/'],
  ['/srv//data/', '/srv/data'],
  ['../up/', '../up'],
])('a root written %j is %j', (written, root) => {
  expect(normalizeRoot(written)).toBe(root);
});

test.each([
  ['./waves/', 'waves'],
  ['waves/a//', 'waves/a//'],
  ['././waves', '././waves'],
  ['.//srv/data', './/srv/data'],
  ['./', '.'],
  ['/', '/'],
])('a guest path written %j is %j', (written, path) => {
  expect(normalizeGuestPath(written)).toBe(path);
});

test('a path that was taken apart is put together as it was', () => {
  const component = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'abcÄ波. _-%()') });
  fc.assert(
    fc.property(
      fc.constantFrom('.', '/', 'waves', '/srv/data', '../up'),
      fc.array(component, { maxLength: 5 }),
      (root, parts) => {
        const path = joinBelow(root, parts);
        const components = componentsBelow(root, path);
        return components === undefined || joinBelow(root, components) === path;
      },
    ),
  );
});

test('no text whatever leads out of its root', () => {
  const piece = fc.constantFrom('..', '.', '', 'a', 'waves', '%2e', '\\', ':', '\0', ' ', '...', 'con', '/');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom('/', '', '//'), (pieces, glue) => {
      const components = componentsBelow('waves', normalizeGuestPath(pieces.join(glue)));
      if (components === undefined) return true;
      // What the platforms' own path rules make of it is the oracle.
      return (
        posix.resolve('/root', ...components) === ['/root', ...components].join('/') &&
        win32.resolve('C:\\root', ...components) === ['C:\\root', ...components].join('\\')
      );
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['', 'is empty'],
  ['a/../b', 'has a component ".."'],
  ['a//b', 'has an empty component'],
  ['a\\b', 'has a backslash'],
  ['a:b', 'has a colon'],
  ['a\0b', 'has a control character'],
  ['x'.repeat(5_000), 'is longer than 4096 bytes'],
  ['elsewhere/fine.vcd', undefined],
  ['/etc/passwd', undefined],
])('what is wrong with %j: %j', (path, problem) => {
  expect(pathProblem(path)).toBe(problem);
});
