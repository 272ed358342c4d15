import { describe, expect, test } from 'vitest';
import { metered, newFuel, plenty } from '../../support/metered.ts';

const counter = 'global.get $count i32.const 1 i32.add global.set $count';
const counts = '(global $count (export "count") (mut i32) (i32.const 0))';

/** Straight code of that cost. */
const code = (cost: number): string => 'i32.const 0 drop '.repeat(cost);

describe('what code costs', () => {
  test.each([
    ['a small function called by the host', '(func (export "f") (result i32) i32.const 1)', 0],
    [
      'a small function called directly: the caller pays its head, and is itself paid by the host',
      '(func $g (result i32) i32.const 1) (func (export "f") (result i32) call $g)',
      0,
    ],
    [`a function above the slack`, `(func (export "f") ${code(65)})`, 65],
    [
      'the longest of two short arms',
      `(func (export "f") ${code(70)}
      i32.const 1 if i32.const 0 drop else i32.const 0 i32.eqz drop end)`,
      70 + 2 + 2,
    ],
    [
      'a long arm that does not run',
      `(func (export "f") ${code(70)}
      i32.const 0 if ${code(70)} end)`,
      72,
    ],
    [
      'a long arm that runs',
      `(func (export "f") ${code(70)}
      i32.const 1 if ${code(70)} end)`,
      142,
    ],
    [
      'the longest path over a branch out of an arm',
      `(func (export "f") ${code(70)} block i32.const 1 if ${code(10)} br 1 end end ${code(10)})`,
      70 + 2 + 10 + 1 + 10,
    ],
    [
      'the longest path over a branch out of a dear arm',
      `(func (export "f") ${code(70)} block i32.const 1 if ${code(80)} br 1 end end ${code(10)})`,
      70 + 2 + 80 + 1 + 10,
    ],
    [
      'the longest path over an exception',
      `(tag $e) (func $t throw $e) (func (export "f") ${code(70)}
        block $h try_table (catch $e $h) ${code(10)} call $t return end end ${code(10)})`,
      70 + 10 + 2 + 1 + 10 + 128,
    ],
    [
      'the longest path over a legacy exception',
      `(tag $e) (func $t throw $e) (func (export "f") ${code(70)}
        try ${code(10)} call $t return catch $e ${code(10)} end ${code(10)})`,
      70 + 10 + 2 + 1 + 10 + 10 + 128,
    ],
    [
      'code behind an early return that was taken',
      `(func (export "f") i32.const 1 if return end ${code(70)})`,
      0,
    ],
    [
      'an indirect call: as much as the dearest head',
      `(table funcref (elem $g)) (func $g)
      (func (export "f") i32.const 0 call_indirect)`,
      1 + 2 + 64,
    ],
    ['a call of an import', '(import "host" "f" (func $g)) (func (export "f") call $g)', 2 + 64],
  ])('%s', async (_what, text, spent) => {
    const guest = await metered(text, { imports: { host: { f: () => undefined } } });
    expect(guest.call('f')).toMatchObject({ spent });
  });

  test.each([
    [0, 0],
    [1, 1 * 8],
    [7, 7 * 8],
    [1000, 1000 * 8],
  ])('a loop with a break takes fuel for each of %i rounds', async (rounds, spent) => {
    const guest = await metered(`(func (export "f") (param $n i32)
      block $done local.get $n i32.eqz br_if $done
        loop $again local.get $n i32.const 1 i32.sub local.tee $n i32.const 0 i32.gt_s if br $again end end end)`);
    expect(guest.call('f', rounds)).toEqual({ result: undefined, spent });
  });

  test('a tight loop takes fuel for four rounds at once', async () => {
    const guest = await metered(`(func (export "f") (param $n i32) (result i32) (local $sum i32)
      loop $again local.get $sum local.get $n i32.add local.set $sum
        local.get $n i32.const 1 i32.sub local.tee $n br_if $again end local.get $sum)`);
    const cost = 4 + 5;
    expect([1, 2, 4, 5, 8, 1001].map((rounds) => guest.call('f', rounds))).toEqual([
      { result: 1, spent: 4 * cost },
      { result: 3, spent: 4 * cost },
      { result: 10, spent: 4 * cost },
      { result: 15, spent: 8 * cost },
      { result: 36, spent: 8 * cost },
      { result: 501_501, spent: 1004 * cost },
    ]);
  });

  test.each([
    ['br_if', 'loop $l local.get 0 i32.const 1 i32.sub local.tee 0 i32.const 0 i32.gt_s br_if $l end', 4 * 7],
    [
      'br_if among others',
      'loop $l local.get 0 i32.const 1 i32.sub local.tee 0 i32.eqz if return end br $l end',
      7,
    ],
  ])('the least a loop closed by %s takes', async (_what, loop, spent) => {
    const guest = await metered(`(func (export "f") (param i32) ${loop})`);
    expect(guest.call('f', 1)).toMatchObject({ spent });
  });
});

describe('running out', () => {
  test.each([
    [0n, 0, -5n],
    [4n, 0, -1n],
    [5n, 1, -5n],
    [50n, 10, -5n],
    [5_004n, 1000, -1n],
  ])('with %d units the endless loop makes %i rounds', async (budget, rounds, left) => {
    const guest = await metered(`${counts} (func (export "f") loop ${counter} br 0 end)`, {
      fuel: newFuel(budget),
    });
    expect(guest.call('f').result).toBe('unreachable');
    expect(guest.exports['count']).toMatchObject({ value: rounds });
    expect(guest.fuel.value).toBe(left);
  });

  test.each([
    ['a loop', '(func $f (export "f") loop br 0 end)'],
    ['an empty loop closed by a condition', '(func $f (export "f") loop i32.const 1 br_if 0 end)'],
    ['a loop in a loop', '(func $f (export "f") loop loop i32.const 0 br_if 0 end br 0 end)'],
    ['a loop that calls', '(func $g) (func (export "f") loop call $g br 0 end)'],
    [
      'a loop that throws and catches',
      `(tag $e) (func (export "f")
      loop $l block $h try_table (catch $e $h) throw $e end end br $l end)`,
    ],
    [
      'a legacy handler in a loop',
      '(tag $e) (func (export "f") loop $l try throw $e catch $e end br $l end)',
    ],
    [
      'a catch clause that goes back to the head',
      '(tag $e) (func (export "f") loop $l try_table (catch $e $l) throw $e end end)',
    ],
    ['a tail call of itself', '(func $f (export "f") return_call $f)'],
    ['tail calls in a circle', '(func $f (export "f") return_call $g) (func $g return_call $f)'],
    [
      'a tail call through a table',
      '(table funcref (elem $f)) (func $f (export "f") i32.const 0 return_call_indirect)',
    ],
    [
      'a tail call through a reference',
      `(type $t (func)) (elem declare func $f)
      (func $f (export "f") (type $t) ref.func $f return_call_ref $t)`,
    ],
    [
      'a tree of calls',
      `(func $f (param i32) local.get 0 if local.get 0 i32.const 1 i32.sub call $f
      local.get 0 i32.const 1 i32.sub call $f end) (func (export "f") i32.const 200 call $f)`,
    ],
    [
      'a tree of indirect calls',
      `(table funcref (elem $f)) (func $f (param i32) local.get 0
      if local.get 0 i32.const 1 i32.sub i32.const 0 call_indirect (param i32)
      local.get 0 i32.const 1 i32.sub i32.const 0 call_indirect (param i32) end) (func (export "f") i32.const 200 call $f)`,
    ],
    [
      'calls that double at each level',
      `(func (export "f") call $g40) (func $g0) ${Array.from(
        { length: 40 },
        (_, level) => `(func $g${level + 1} call $g${level} call $g${level})`,
      ).join('')}`,
    ],
    ['a table that branches to the head', '(func (export "f") loop i32.const 0 br_table 0 0 end)'],
    ['a null check that goes back', '(func (export "f") loop ref.null func br_on_null 0 drop end)'],
  ])('ends %s', async (_what, text) => {
    const guest = await metered(text, { fuel: newFuel(1_000_000n) });
    expect(guest.call('f').result).toBe('unreachable');
    expect(guest.fuel.value).toBeLessThan(0n);
  });

  test('the guest cannot catch it', async () => {
    const guest = await metered(
      '(func (export "f") block $h try_table (catch_all $h) loop br 0 end end end)',
      { fuel: newFuel(1000n) },
    );
    expect(guest.call('f').result).toBe('unreachable');
  });

  test('a start function that loops ends while the module is instantiated', async () => {
    const fuel = newFuel(1000n);
    const starting = metered('(func $s loop br 0 end) (start $s)', { fuel });
    await expect(starting).rejects.toThrow('unreachable');
    expect(fuel.value).toBe(-1n);
  });
});

describe('one budget', () => {
  test('modules of one instance take from the same global', async () => {
    const fuel = newFuel();
    const inner = await metered(
      '(func (export "spin") (param i32) loop local.get 0 i32.const 1 i32.sub local.tee 0 if br 1 end end)',
      { fuel },
    );
    const alone = inner.call('spin', 100).spent;
    const outer = await metered(
      '(import "inner" "spin" (func $spin (param i32))) (func (export "f") i32.const 100 call $spin)',
      {
        fuel,
        imports: { inner: inner.exports },
      },
    );
    expect(outer.call('f').spent).toBe(alone + 1 + 2 + 64);
  });

  test('the fuel is in the global whenever the guest calls the host', async () => {
    const fuel = newFuel();
    const seen: bigint[] = [];
    const guest = await metered(
      `(import "host" "look" (func $look)) (func (export "f") (param $n i32)
        loop $again
          local.get $n i32.const 3 i32.and i32.eqz if call $look end
          local.get $n i32.const 1 i32.sub local.tee $n br_if $again
        end)`,
      { fuel, imports: { host: { look: () => seen.push(plenty - BigInt(String(fuel.value))) } } },
    );
    const { spent } = guest.call('f', 12);
    const round = 10;
    const look = 66;
    expect(seen).toEqual([1, 2, 3].map((times) => BigInt(round * (times * 4 - 3) + look * times)));
    expect(spent).toBe(12 * round + 3 * look);
  });

  test('what the host takes or gives during a call counts', async () => {
    const fuel = newFuel();
    const guest = await metered(
      `(import "host" "take" (func $take)) (func (export "f") loop $again call $take br $again end)`,
      { fuel, imports: { host: { take: () => (fuel.value = 0n) } } },
    );
    expect(guest.call('f').result).toBe('unreachable');
  });
});

test("the module's own globals keep their meaning", async () => {
  const guest = await metered(
    `(import "host" "base" (global $base i32)) (global $a (mut i32) (i32.const 1))
     (global $b (export "b") (mut i32) (i32.add (global.get $base) (i32.const 2)))
     (table (export "t") funcref (elem $f)) (memory 1) (data (global.get $base) "*")
     (func $f (export "f") (param i32) (result i32) local.get 0 global.set $a global.get $a global.get $b i32.add
       global.get $base i32.load8_u i32.add)`,
    { imports: { host: { base: 7 } } },
  );
  expect(guest.call('f', 100).result).toBe(100 + 9 + 42);
  expect(guest.exports['b']).toMatchObject({ value: 9 });
});
