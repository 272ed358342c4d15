import { expect, test } from 'vitest';
import { jsonDocument, jsonLine } from '../../src/cli/json-text.ts';
import { SignalboxError } from '../../src/core/errors.ts';

test('what JSON has no form for is written in one that reads back', () => {
  const error = new SignalboxError('ARTIFACT_MISSING', 'Gone', { hint: 'Put it back' });
  const value = { big: 2n ** 64n, map: new Map([['a', 1n]]), set: new Set(['x']), error, nothing: undefined };
  expect(JSON.parse(jsonLine(value))).toEqual({
    big: '18446744073709551616',
    map: [['a', '1']],
    set: ['x'],
    error: { code: 'ARTIFACT_MISSING', blame: 'user', message: 'Gone', hint: 'Put it back' },
  });
});

test('a value is one line whatever its strings hold', () => {
  expect(jsonLine({ text: 'a\nb\u2028c\u001b' })).toBe('{"text":"a\\nb\\u2028c\\u001b"}\n');
});

test('a document is indented', () => {
  expect(jsonDocument([1])).toBe('[\n  1\n]\n');
});
