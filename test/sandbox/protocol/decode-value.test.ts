import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue } from '../../../src/sandbox/protocol/decode-value.ts';
import { encodeValue } from '../../../src/sandbox/protocol/encode-value.ts';
import { ValueError } from '../../../src/sandbox/protocol/value-format.ts';

const around = (value: unknown): unknown => decodeValue(Buffer.from(encodeValue(value)));
const budget = { maxElements: 10, maxDepth: 3 };

describe('a value', () => {
  test.each([
    [undefined],
    [null],
    [true],
    [-0],
    [2 ** 53],
    [Number.NaN],
    [2n ** 64n - 1n],
    [-(2n ** 63n)],
    ['ä€𝄞'.repeat(100)],
    [Uint8Array.of(0, 255)],
    [BigInt64Array.of(-1n, 2n)],
    [Float64Array.of(0.5, Number.NaN)],
    [[undefined, [null, []]]],
    ['0123456789abcdefghijklmnopqrstuvwxyz'],
    [[{ axb: 1 }, { ayb: 2 }, { axb: 3 }, { 'ä€': 4 }, { '': 5 }]],
    [{ tag: 'filesystem-change', val: { subscription: 1n, paths: ['a'], next: undefined } }],
  ])('arrives as it left: %s', (value) => {
    expect(around(value)).toStrictEqual(value);
  });

  test('of any JSON arrives as it left', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('"__proto__"'));
        expect(around(value)).toStrictEqual(value);
      }),
    );
  });

  test('shares no memory with the message it came in', () => {
    const message = Buffer.from(encodeValue(Uint8Array.of(1, 2, 3)));
    const bytes = decodeValue(message);
    message.fill(0);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  test.each([
    ['a function', () => {}],
    ['an object of a class', new Map()],
    ['a bigint of more than 64 bits', 2n ** 64n],
    ['more elements than the budget', Array.from({ length: 11 }, () => 0)],
    ['more depth than the budget', [[[[]]]]],
  ])('is refused when it is %s', (_what, value) => {
    expect(() => encodeValue(value, budget)).toThrow(ValueError);
  });
});

describe('hostile bytes', () => {
  const u32 = (value: number): number[] => [
    value & 0xff,
    (value >> 8) & 0xff,
    (value >> 16) & 0xff,
    value >>> 24,
  ];

  test.each([
    ['an unknown tag', [99]],
    ['no bytes at all', []],
    ['a string longer than the message', [8, ...u32(1_000_000), 65]],
    ['an array that announces four billion items', [11, ...u32(0xffff_ffff)]],
    ['arrays within arrays without end', Array.from({ length: 200 }, () => [11, ...u32(1)]).flat()],
    ['arrays that announce more than the budget together', [11, ...u32(2), 11, ...u32(9)]],
    ['a field called __proto__', [12, ...u32(1), 9, 9, ...Buffer.from('__proto__'), 0]],
    ['a field name that is no text', [12, ...u32(1), 4]],
    ['a typed array of an unknown kind', [13, ...u32(0), 200]],
    ['a typed array of half an element', [13, ...u32(3), 3, 1, 2, 3]],
    ['bytes after the value', [0, 0]],
  ])('are refused: %s', (_what, bytes) => {
    expect(() => decodeValue(Uint8Array.from(bytes), budget)).toThrow(ValueError);
  });

  test('never do worse than being refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeValue(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ValueError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
