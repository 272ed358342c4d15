import { describe, expect, test } from 'vitest';
import { fromScriptJson, toScriptJson } from '../../../src/sandbox/broker/script-json.ts';

describe('JSON for scripts', () => {
  test.each<[string, readonly unknown[], string]>([
    ['plain JSON', [1, 'a', null, { b: [true] }], '[1,"a",null,{"b":[true]}]'],
    ['a bigint that is a safe number', [5n], '[5]'],
    ['a larger bigint', [2n ** 60n], '[{"$signalbox.bigint":"1152921504606846976"}]'],
    ['bytes', [Uint8Array.of(1, 2)], '[{"$signalbox.bytes":"AQI="}]'],
    ['bytes in a Buffer', [Buffer.from([1, 2])], '[{"$signalbox.bytes":"AQI="}]'],
    ['undefined', [undefined], '[null]'],
  ])('carries %s', (_what, args, text) => {
    expect(toScriptJson(args)).toBe(text);
  });

  test.each([
    ['', undefined],
    ['null', null],
    ['{"a":[1]}', { a: [1] }],
    ['{"a":{"$signalbox.bytes":"AQI="}}', { a: Uint8Array.of(1, 2) }],
    ['{"$signalbox.bigint":"12"}', 12n],
  ])('%s becomes the value again', (text, value) => {
    expect(fromScriptJson(text)).toEqual(value);
  });

  test.each([
    ['deeper than 32', 'lift_depth', 33, `${'['.repeat(40)}${']'.repeat(40)}`],
    ['deeper than 32, never closed', 'lift_depth', 33, '{"a":'.repeat(100_000)],
    ['wider than 100,000 elements', 'lift_elements', 100_001, `[${'1,'.repeat(200_000)}1]`],
    ['wide in many small objects', 'lift_elements', 100_001, `[${'{},'.repeat(200_000)}{}]`],
  ])('what is %s is over the budget of a call', (_what, name, reached, text) => {
    expect(() => fromScriptJson(text)).toThrow(
      expect.objectContaining({
        code: 'MESSAGE_TOO_LARGE',
        details: { limit: { name, reached, allowed: reached - 1 } },
      }),
    );
  });

  test.each([
    `["${'[,'.repeat(200_000)}"]`,
    JSON.stringify([
      '\\',
      '"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[',
      '\\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{',
    ]),
  ])('what stands in a text counts nothing', (text) => {
    expect(fromScriptJson(text)).toEqual(JSON.parse(text));
  });
});
