import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/core/fingerprint.ts';
import { pieceBytes } from '../../../src/sandbox/metering/in-pieces.ts';
import { metered, newFuel } from '../../support/metered.ts';
import { wasm } from '../../support/web-assembly.ts';

const memoryBytes = 16 * 65_536;
const text = `(memory $a (export "a") 16) (memory $b (export "b") 16)
  (func (export "fill") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.fill $a)
  (func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy $a $a)
  (func (export "across") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy $b $a)`;

type Operands = readonly [to: number, from: number, length: number];
const long = 3 * pieceBytes;
const lengths = [pieceBytes, pieceBytes + 1, 2 * pieceBytes, long - 7];

/** Close to each other and apart, either way around, at the ends, and beyond. */
const ranges: readonly Operands[] = [
  ...lengths.flatMap((length): Operands[] => [
    [0, 1, length],
    [1, 0, length],
    [7, pieceBytes - 3, length],
    [pieceBytes - 3, 7, length],
    [0, memoryBytes - length, length],
    [memoryBytes - length, 0, length],
    [5, 5, length],
  ]),
  [0, 0, memoryBytes],
  [1, 0, memoryBytes],
  [0, 1, memoryBytes],
  [memoryBytes - pieceBytes, 0, long],
  [0, memoryBytes - pieceBytes, long],
  [-1, 0, long],
  [0, -1, long],
  [0, 0, -1],
];

interface Ran {
  readonly result: unknown;
  readonly memories: readonly string[];
}

/** What a call gives and leaves behind, in memories that no two places of are alike. */
function ran(exports: Readonly<Record<string, unknown>>, call: () => unknown): Ran {
  const views = ['a', 'b'].map((name) => {
    const { buffer } = exports[name] as { readonly buffer: ArrayBuffer };
    return new Uint8Array(buffer);
  });
  for (const [seed, view] of views.entries())
    for (let at = 0; at < view.length; at++) view[at] = (at * 31 + (at >> 8) * 17 + (at >> 16) + seed) & 0xff;
  const result = call();
  return { result, memories: views.map((view) => sha256(view)) };
}

function outcome(call: unknown, operands: Operands): unknown {
  if (typeof call !== 'function') throw new Error('The module exports no such function');
  try {
    return call(...operands);
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe('long ranges of bytes', () => {
  test.each(['fill', 'copy', 'across'])('give with %s what the instruction gives', async (name) => {
    const plain = new wasm.Instance(new wasm.Module(await parse(`(module ${text})`)), {});
    const guest = await metered(text);
    for (const operands of ranges) {
      const expected = ran(plain.exports, () => outcome(plain.exports[name], operands));
      expect(
        ran(guest.exports, () => guest.call(name, ...operands).result),
        operands.join(),
      ).toEqual(expected);
    }
  });

  test.each(['fill', 'copy', 'across'])('let the guest step aside in the middle of %s', async (name) => {
    let looks = 0;
    const guest = await metered(text, {
      onSpent: () => {
        looks += 1;
      },
    });
    guest.call(name, 0, 1, long);
    expect(looks).toBe(2);
    looks = 0;
    guest.call(name, 0, 1, pieceBytes);
    expect(looks).toBe(0);
  });

  test('cost the same in pieces, and end where the fuel is taken away', async () => {
    const fuel = newFuel();
    const guest = await metered(text, { fuel });
    const perByte = 1 / 8;
    const short = guest.call('fill', 0, 1, 0).spent;
    expect(guest.call('fill', 0, 1, long).spent - short).toBe(long * perByte);
    const ended = await metered(text, {
      fuel,
      onSpent: () => {
        fuel.value = -1n;
      },
    });
    expect(ended.call('fill', 0, 1, long).result).toBe('unreachable');
  });
});
