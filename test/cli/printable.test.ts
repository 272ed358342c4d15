import { describe, expect, test } from 'vitest';
import { displayWidth, printableLines, truncate } from '../../src/cli/printable.ts';
import { printable, printableJsonText } from '../../src/core/printable.ts';

describe('text of others on a terminal', () => {
  test.each([
    ['escape sequences', 'a\u001b[2Jb', 'a\\u001b[2Jb'],
    ['the one-byte form of CSI', 'a\u009b2Jb', 'a\\u009b2Jb'],
    ['line breaks and tabs', 'a\r\n\tb', 'a\\r\\n\\tb'],
    ['a backspace and DEL', 'a\b\u007f', 'a\\u0008\\u007f'],
    ['bidirectional overrides', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['line separators and byte order marks', '\ufeffa\u2028b', '\\ufeffa\\u2028b'],
  ])('shows %s instead of sending them', (_name, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('leaves letters of any script as they are', () => {
    expect(printable('Grüße, 波形 ✔ עברית')).toBe('Grüße, 波形 ✔ עברית');
  });

  test('a code frame keeps its lines and tabs and nothing else', () => {
    expect(printableLines('1 | a\t= \u001b[31m\r\n  |\t^\n')).toEqual(['1 | a\t= \\u001b[31m', '  |\t^']);
  });

  test('JSON says the same after it was made harmless', () => {
    const value = { text: '\u001b[2J \u009b \u202e \u007f \n', 'key\u202e': 1 };
    const json = printableJsonText(JSON.stringify(value, undefined, 2));
    expect(JSON.parse(json)).toEqual(value);
    expect(json.replaceAll('\n', '')).toMatch(/^[\u0020-\u007e]*$/);
  });
});

describe('width', () => {
  test.each([
    ['plain', 5],
    ['波形', 4],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['', 0],
  ])('of %j is %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  test.each([
    ['scanner', 7, 'scanner'],
    ['scanner', 5, 'scan…'],
    ['波形波形', 5, '波形…'],
    ['scanner', 1, '…'],
    ['scanner', 0, ''],
  ])('%j cut to %i columns is %j', (text, columns, cut) => {
    expect(truncate(text, columns)).toBe(cut);
  });
});
