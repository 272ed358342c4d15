import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../src/capabilities/json-text.ts';
import { boundedText, printableJson } from '../../src/capabilities/printable-text.ts';
import { printable, printableJsonText } from '../../src/core/printable.ts';
import { sourceText } from '../../src/core/source-text.ts';
import { hostileJson } from '../support/corpora.ts';
import { fuzz } from '../support/fuzz.ts';

/** Every character a terminal may act on, written another way than the code does. */
const acting =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/;

const nasty = fc.oneof(
  fc.constantFrom(
    '\u001b[2J',
    '\u009b31m',
    '\u202e',
    '\u2066',
    '\r\n',
    '\u0000',
    '\ud800',
    '\udc00',
    '\ufeff',
    '\u{1f468}\u200d\u{1f4bb}',
    '\u{10ffff}',
    '\u0085',
    '"',
    '\\',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const text = fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join(''));

describe('what a guest says', () => {
  fuzz(
    'reaches a terminal without a character it acts on',
    2_000,
    fc.property(text, (said) => {
      expect(withoutPairs(printable(said))).not.toMatch(acting);
    }),
  );

  fuzz(
    'is cut to its bytes and stays text',
    2_000,
    fc.property(text, fc.integer({ min: 16, max: 80 }), (said, maxBytes) => {
      const shown = boundedText(said, maxBytes);
      expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(maxBytes);
      expect(withoutPairs(shown)).not.toMatch(acting);
    }),
  );

  fuzz(
    'as JSON is shown without such a character in keys and values',
    1_000,
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (said) => {
      for (const part of everyText(printableJson(said))) expect(withoutPairs(part)).not.toMatch(acting);
    }),
  );

  fuzz(
    'is printed as JSON that means the same',
    1_000,
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (said) => {
      const json = printableJsonText(JSON.stringify(said));
      expect(withoutPairs(json)).not.toMatch(acting);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(said)));
    }),
  );
});

describe('JSON from a guest', () => {
  fuzz(
    'that JSON.stringify wrote is read as it was, unless it nests too deep',
    1_000,
    fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
      expect(readJson(JSON.stringify(value))).toEqual({
        outcome: 'value',
        value: JSON.parse(JSON.stringify(value)),
      });
    }),
  );

  fuzz(
    'of any characters is a value or invalid',
    2_000,
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...'[]{}:,"\\/0123456789+-.eEtrufalsn '), nasty), { maxLength: 80 }),
      (parts) => {
        expect(['value', 'invalid']).toContain(readJson(parts.join('')).outcome);
      },
    ),
  );

  test.each(hostileJson)('that %s is invalid', (_trick, texts) => {
    expect(
      texts.filter((json) => readJson(json).outcome !== 'invalid').map((json) => json.slice(0, 80)),
    ).toEqual([]);
  });
});

describe('a code frame', () => {
  fuzz(
    'stays small and marks one place, wherever that is',
    1_000,
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), fc.nat(700), (source, offset) => {
      const { line, column, frame = '' } = sourceText(source, '/x').locate(Math.min(offset, source.length));
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(frame.length).toBeLessThanOrEqual(1_000);
    }),
  );
});

/** Surrogates in pairs are characters; `acting` looks for those that are not. */
function withoutPairs(said: string): string {
  return said.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '');
}

function everyText(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(everyText)];
}
