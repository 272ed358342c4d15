import { describe, expect, test } from 'vitest';
import { metered, newFuel } from '../../support/metered.ts';
import { wasm } from '../../support/web-assembly.ts';

/** Counts to its parameter: a loop that keeps its fuel in a local, with a call now and then that keeps it in the global. */
const counter = `(func $step (param i32) (result i32) (local $i i32)
    (loop $l local.get $i i32.const 1 i32.add local.tee $i i32.const 10 i32.lt_u br_if $l)
    local.get 0 i32.const 1 i32.add)
  (func (export "count") (param $to i32) (result i32) (local $n i32)
    (loop $l local.get $n call $step local.tee $n local.get $to i32.lt_u br_if $l)
    local.get $n)`;

describe('a guest whose fuel is spent', () => {
  test('goes on as if nothing had been when it is given more', async () => {
    const whole = await metered(counter);
    const fuel = newFuel(1_000n);
    let given = 1_000n;
    const sliced = await metered(counter, {
      fuel,
      onSpent: () => {
        fuel.value = BigInt(String(fuel.value)) + 1_000n;
        given += 1_000n;
      },
    });
    const { result, spent } = whole.call('count', 500);
    expect(sliced.call('count', 500).result).toBe(result);
    expect(given - BigInt(String(fuel.value))).toBe(BigInt(spent));
    expect(given).toBeGreaterThan(5_000n);
  });

  test('traps when it is given too little', async () => {
    const guest = await metered(counter, { fuel: newFuel(100n), onSpent: () => {} });
    expect(guest.call('count', 500).result).toBe('unreachable');
    expect(BigInt(String(guest.fuel.value))).toBeLessThan(0n);
  });

  test('can be suspended, and another call of the host made meanwhile', async () => {
    const fuel = newFuel(1_000n);
    const { promise, resolve } = Promise.withResolvers<void>();
    const guest = await metered(counter, {
      fuel,
      onSpent: async () => {
        await promise;
        fuel.value = 1_000_000n;
      },
    });
    const count = guest.exports['count'];
    if (typeof count !== 'function') throw new Error('no export');
    const counted = wasm.promising(count)(500);
    resolve();
    expect(await counted).toBe(500);
  });
});
