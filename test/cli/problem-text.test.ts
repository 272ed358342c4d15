import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { problemText, shortPath } from '../../src/cli/problem-text.ts';
import { tableLines } from '../../src/cli/table.ts';

const colors = pc.createColors(false);

describe('a problem', () => {
  test('is printed with code, place, frame and hint', () => {
    const text = problemText(
      {
        code: 'CONFIG_SYNTAX',
        blame: 'user',
        message: 'Unexpected "]"',
        hint: 'Close the table',
        location: {
          file: '/app/conf/app.toml',
          line: 2,
          column: 5,
          frame: '1 | [plugins]\n2 | a = ]\n  |     ^',
        },
      },
      { colors, cwd: '/app' },
    );
    expect(text).toBe(
      [
        'error CONFIG_SYNTAX Unexpected "]"',
        '  at conf/app.toml:2:5',
        '  1 | [plugins]',
        '  2 | a = ]',
        '    |     ^',
        '  hint: Close the table',
        '',
      ].join('\n'),
    );
  });

  test('that stops nothing is a warning, and steers no terminal', () => {
    const warning = {
      code: 'CONFIG_INVALID',
      blame: 'user',
      message: 'Key "\u001b]0;x\u0007" is not known',
    } as const;
    expect(problemText(warning, { colors, cwd: '/', severity: 'warning' })).toBe(
      'warning CONFIG_INVALID Key "\\u001b]0;x\\u0007" is not known\n',
    );
  });

  test.each([
    ['/app/conf/app.toml', '/app', 'conf/app.toml'],
    ['/etc/app.toml', '/app', '/etc/app.toml'],
    ['/app', '/app', '.'],
  ])('in %s, seen from %s, is in %s', (path, cwd, shown) => {
    expect(shortPath(path, cwd)).toBe(shown);
  });
});

test('a table aligns its columns by width, not by length', () => {
  const paint = (text: string) => `<${text}>`;
  expect(
    tableLines([
      [{ text: 'ID', paint }, { text: 'KIND' }],
      [{ text: '波形' }, { text: 'script' }],
      [{ text: 'a\n', paint }, { text: '' }],
    ]),
  ).toEqual(['<ID>    KIND', '波形  script', '<a\\n>']);
});
