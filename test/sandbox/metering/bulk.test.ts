import { describe, expect, test } from 'vitest';
import { metered, meterOptions, newFuel } from '../../support/metered.ts';

const memory = '(memory 2) (data $d "0123456789abcdef0123456789abcdef")';
const table =
  '(table $t 50 funcref) (elem $e funcref (ref.null func) (ref.null func) (ref.null func)) (func $g)';
const bytes = '(type $bytes (array (mut i8)))';

/** The length is the parameter; what else the function does costs the same for every length. */
const ofLength: readonly (readonly [what: string, code: string, fields: string, perUnit: number])[] = [
  ['memory.fill', 'i32.const 0 i32.const 7 local.get 0 memory.fill', memory, 1 / 8],
  ['memory.copy', 'i32.const 0 i32.const 64 local.get 0 memory.copy', memory, 1 / 8],
  ['memory.init', 'i32.const 0 i32.const 0 local.get 0 memory.init $d', memory, 1 / 8],
  ['table.fill', 'i32.const 0 ref.null func local.get 0 table.fill $t', table, 4],
  ['table.copy', 'i32.const 0 i32.const 1 local.get 0 table.copy $t $t', table, 4],
  ['table.init', 'i32.const 0 i32.const 0 local.get 0 table.init $t $e', table, 4],
  ['table.grow', 'ref.null func local.get 0 table.grow $t drop', table, 4],
  ['memory.grow', 'local.get 0 memory.grow drop', memory, 1024],
  ['array.new', 'i32.const 1 local.get 0 array.new $bytes drop', bytes, 1],
  ['array.new_default', 'local.get 0 array.new_default $bytes drop', bytes, 1],
  [
    'array.new_data',
    'i32.const 0 local.get 0 array.new_data $bytes $d drop',
    `${bytes} (data $d "0123456789")`,
    1,
  ],
  [
    'array.fill',
    'i32.const 40 array.new_default $bytes i32.const 0 i32.const 1 local.get 0 array.fill $bytes',
    bytes,
    1,
  ],
  [
    'array.copy',
    `i32.const 40 array.new_default $bytes local.tee $a i32.const 0 local.get $a i32.const 0 local.get 0
     array.copy $bytes $bytes`,
    bytes,
    1,
  ],
];

describe('bulk instructions', () => {
  test.each(ofLength)('%s takes fuel for its length', async (what, code, fields, perUnit) => {
    const local = what === 'array.copy' ? '(local $a (ref null $bytes))' : '';
    const guest = await metered(`${fields} (func (export "f") (param i32) ${local} ${code})`);
    const none = guest.call('f', 0);
    const three = guest.call('f', 3);
    const eight = what === 'table.init' ? three : guest.call('f', 8);
    const length = what === 'table.init' ? 3 : 8;
    expect({
      three: three.spent - none.spent,
      eight: eight.spent - none.spent,
      result: eight.result,
    }).toEqual({
      three: Math.floor(3 * perUnit),
      eight: length * perUnit,
      result: undefined,
    });
  });

  test.each(ofLength.filter(([what]) => !what.endsWith('grow')))(
    '%s is refused before it runs when the fuel does not reach',
    async (what, code, fields) => {
      const local = what === 'array.copy' ? '(local $a (ref null $bytes))' : '';
      const guest = await metered(`${fields} (func (export "f") (param i32) ${local} ${code})`, {
        fuel: newFuel(1_000n),
      });
      expect(guest.call('f', -1).result).toBe('unreachable');
      expect(guest.fuel.value).toBeLessThan(0n);
    },
  );

  test('a length out of bounds still traps as it did', async () => {
    const guest = await metered(
      '(memory 1) (func (export "f") (param i32) i32.const 0 i32.const 0 local.get 0 memory.fill)',
    );
    expect(guest.call('f', 65_537).result).toBe('memory access out of bounds');
  });

  test('64-bit lengths cannot wrap the fuel around', async () => {
    const guest = await metered(
      '(memory i64 1) (func (export "f") (param i64) i64.const 0 i32.const 0 local.get 0 memory.fill)',
      {
        fuel: newFuel(1_000n),
        options: { ...meterOptions, allowMemory64: true },
      },
    );
    const outcomes = [-1n, 1n << 63n, (1n << 63n) - 1n, 1n << 34n].map((length) => {
      guest.fuel.value = 1_000n;
      return [guest.call('f', length).result, BigInt(String(guest.fuel.value)) < 0n];
    });
    expect(outcomes).toEqual(Array(4).fill(['unreachable', true]));
  });

  test('in a loop they take from the same account as the loop', async () => {
    const guest = await metered(`(memory 1) (func (export "f") (param $n i32)
      loop $again
        i32.const 0 i32.const 1 i32.const 800 memory.fill
        local.get $n i32.const 1 i32.sub local.tee $n br_if $again
      end)`);
    const round = 3 + 16 + 5;
    expect(guest.call('f', 10)).toEqual({ result: undefined, spent: 10 * (round + 100) });
  });
});

describe('growth', () => {
  test.each([
    ['a memory without maximum', '(memory 1)', 16],
    ['a memory with a higher maximum', '(memory 1 1000)', 16],
    ['a memory with a lower maximum', '(memory 1 3)', 3],
  ])('%s grows up to the cap, then answers -1', async (_what, declared, most) => {
    const guest =
      await metered(`${declared} (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
      (func (export "size") (result i32) memory.size)`);
    const grow = (pages: number): unknown => guest.call('grow', pages).result;
    expect([grow(65_535), grow(most - 1), grow(1), grow(0), grow(-1)]).toEqual([-1, 1, -1, most, -1]);
    expect(guest.call('size').result).toBe(most);
  });

  test('growth beyond the cap takes no fuel for what it does not get', async () => {
    const guest = await metered(
      '(memory 1) (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)',
      {
        fuel: newFuel(100_000n),
      },
    );
    expect(guest.call('grow', 65_535)).toEqual({ result: -1, spent: 257 });
  });

  test.each([
    ['a table without maximum', '(table $t 1 funcref)', 100],
    ['a table with a higher maximum', '(table $t 1 1000 funcref)', 100],
    ['a table with a lower maximum', '(table $t 1 3 funcref)', 3],
    ['a table with an initialiser', '(table $t 1 (ref func) (ref.func $g))', 100],
  ])('%s grows up to the cap, then answers -1', async (_what, declared, most) => {
    const guest = await metered(`${declared} (func $g) (elem declare func $g)
      (func (export "grow") (param i32) (result i32) ref.func $g local.get 0 table.grow $t)`);
    const grow = (elements: number): unknown => guest.call('grow', elements).result;
    expect([grow(1_000_000), grow(most - 1), grow(1), grow(0)]).toEqual([-1, 1, -1, most]);
  });

  test('an import with a higher maximum accepts what another metered module exports', async () => {
    const owner = await metered('(memory (export "m") 1 1000) (table (export "t") 1 1000 funcref)');
    const user = await metered(
      '(import "o" "m" (memory 1 1000)) (import "o" "t" (table 1 1000 funcref)) (func (export "f") (result i32) memory.size)',
      {
        imports: { o: owner.exports },
      },
    );
    expect(user.call('f').result).toBe(1);
  });
});

describe('the budget of pages', () => {
  const grower = (index: number): string =>
    `(func (export "grow${index}") (param i32) (result i32) local.get 0 memory.grow ${index})`;

  test('holds for all memories of an instance together', async () => {
    const guest = await metered(`(memory 1) (memory 1) ${grower(0)} ${grower(1)}`, { pages: 5n });
    const grow = (memory: number, pages: number): unknown => guest.call(`grow${memory}`, pages).result;
    expect([grow(0, 3), grow(1, 3), grow(1, 2), grow(0, 1), grow(0, 0)]).toEqual([1, -1, 1, -1, 4]);
    expect(guest.budgets.pages.value).toBe(0n);
  });

  test('remembers the last growth that did not fit', async () => {
    const guest = await metered(`(memory 1) ${grower(0)}`, { pages: 2n });
    guest.call('grow0', 3);
    expect(guest.budgets['refused-pages'].value).toBe(3n);
  });

  test('keeps what a memory does not get because of its own maximum', async () => {
    const guest = await metered(`(memory 1 2) ${grower(0)}`, { pages: 9n });
    expect(guest.call('grow0', 4).result).toBe(-1);
    expect(guest.budgets).toMatchObject({ pages: { value: 9n }, 'refused-pages': { value: 0n } });
  });

  test('takes no fuel for what it refuses', async () => {
    const guest = await metered(`(memory 1) ${grower(0)}`, { pages: 2n });
    expect(guest.call('grow0', 60_000).spent).toBe(guest.call('grow0', 0).spent);
  });
});
