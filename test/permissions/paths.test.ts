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

const roots = ['waves', 'deep/er', '/srv/data', 'a b'];

/** What must lie below none of the roots. Grouped by the trick. */
const attacks: Readonly<Record<string, readonly string[]>> = {
  'climbs out': [
    '..',
    '../',
    '../waves',
    'waves/..',
    'waves/../',
    'waves/../etc/passwd',
    'waves/a/../../b',
    './..',
    './../waves',
    'waves/./../x',
    'waves/../waves/a',
    '/srv/data/../shadow',
    '/srv/data/..',
    'deep/er/../../waves/..',
    'waves/a/..',
    'waves/...//..',
    '../../../../etc/passwd',
    'waves/..;/x/../..',
    'a b/../a',
    '/../srv/data/..',
  ],
  'is absolute or of another root': [
    '/',
    '/etc/passwd',
    '/srv',
    '/srv/dat',
    '/srv/data2',
    '/srv/database/x',
    '/waves/a',
    '//srv/data/a',
    '/srv//data/a',
    '///etc',
    '/proc/self/environ',
    '/dev/zero',
    '/proc/self/fd/3',
    'srv/data/a',
    'etc/passwd',
    '~',
    '~/x',
    '~root/.ssh/id_rsa',
    '.',
    '',
    ' ',
  ],
  'shares the beginning of a name': [
    'wavesx',
    'waves.bak',
    'waves-secret/a',
    'waves2/a',
    'wave',
    'wav/es',
    'Waves/a',
    'WAVES',
    'deep',
    'deep/e',
    'deep/er2',
    'a',
    'a  b',
  ],
  'has empty or dot components': [
    'waves//a',
    'waves/./a',
    'waves/.//a',
    'waves/a//',
    './/waves/a',
    '././waves',
    'waves/.',
    './',
    '/./srv/data',
    'waves///',
    'waves/a/.',
    'deep//er/a',
  ],
  'uses a backslash': [
    'waves\\..\\x',
    'waves/..\\..\\x',
    'waves\\a',
    '..\\waves',
    'waves/a\\b',
    '\\\\host\\share',
    'waves/\\..',
    'C:\\Windows',
  ],
  'names a drive, share or stream': [
    'C:',
    'C:/Windows',
    'c:waves',
    'waves/C:',
    'waves/a.vcd:secret',
    'waves/a.vcd::$DATA',
    '//host/share/a',
    '//?/C:/x',
    '//./pipe/x',
    'waves/:hidden',
    'file:///etc/passwd',
  ],
  'hides a control character': [
    'waves/a\0',
    'waves/\0',
    'waves\0/a',
    'waves/a\0.vcd',
    'waves/a\nb',
    'waves/a\rb',
    'waves/\tb',
    'waves/a\u001b[2J',
    'waves/\u007f',
    'waves/\u0085x',
    '\0',
    'waves/..\0',
    'waves/\u009b31m',
  ],
  'is percent-encoded': [
    'waves/%2e%2e/x',
    'waves/%2E%2E/x',
    'waves/.%2e/x',
    'waves/%2e',
    'waves/a%2fb',
    'waves/a%2Fb',
    'waves/%5c..',
    'waves/%5C',
    'waves/%00',
    'waves/a%00.vcd',
    '%2e%2e/waves',
    'waves%2f..%2fx',
    'waves/%252e%2e',
  ],
  'is a device or changes on Windows': [
    'waves/con',
    'waves/CON',
    'waves/Nul.txt',
    'waves/aux.vcd',
    'waves/prn',
    'waves/com1',
    'waves/COM9.log',
    'waves/lpt1',
    'waves/LPT0.x',
    'waves/com¹',
    'waves/nul .txt',
    'waves/conin$',
    'waves/CONOUT$',
    'waves/clock$',
    'waves/aux/a',
    'waves/a.',
    'waves/a..',
    'waves/a ',
    'waves/.. ',
    'waves/... ',
    'waves/...',
    'waves /a',
    'waves./a',
  ],
  'is too long': [
    `waves/${'a'.repeat(256)}`,
    `waves/${'ä'.repeat(128)}`,
    `waves/${'a/'.repeat(2_100)}b`,
    `waves/${'𐍈'.repeat(64)}`,
    `/srv/data/${'x'.repeat(5_000)}`,
  ],
  'is no Unicode text': ['waves/\ud800', 'waves/a\udc00b', '\udfff', 'waves/\udc00\ud800'],
};

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

describe.each(Object.entries(attacks))('a path that %s', (_trick, paths) => {
  test.each(paths)('%j lies below no root', (path) => {
    const normalized = normalizeGuestPath(path);
    expect(roots.flatMap((root) => componentsBelow(root, normalized) ?? [])).toEqual([]);
    expect(roots).not.toContain(normalized);
  });
});

test('the corpus holds at least a hundred attacks', () => {
  expect(Object.values(attacks).flat().length).toBeGreaterThanOrEqual(100);
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
