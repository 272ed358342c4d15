import type { Isolation } from '../../src/config/document.ts';
import { openHarness } from '../sandbox/harness.ts';

export interface FuelRun {
  readonly repeats: number;
  /** The different figures that were told for one call, by guest; one is right. */
  readonly figures: Readonly<Record<string, readonly number[]>>;
}

const tiers: readonly Isolation[] = ['shared', 'own', 'thread'];

/** Objects, strings, a sort and a regular expression: what an engine may do in another order. */
const source = `({ work(rounds) {
  const words = [];
  for (let round = 0; round < rounds; round++) words.push({ key: 'k' + (round * 7919) % 1000, round });
  words.sort((a, b) => (a.key < b.key ? -1 : 1));
  return words.filter(({ key }) => /[13579]$/.test(key)).length;
} })`;

/** Collatz steps of all numbers below `n`: loops within loops, branches, calls, and a memory that grows. */
const component = `(component
  (core module $m
    (memory 1)
    (func $steps (param $n i64) (result i32) (local $steps i32)
      (loop $next (result i32)
        (if (i64.le_u (local.get $n) (i64.const 1)) (then (return (local.get $steps))))
        (local.set $n (if (result i64) (i64.eqz (i64.and (local.get $n) (i64.const 1)))
          (then (i64.shr_u (local.get $n) (i64.const 1)))
          (else (i64.add (i64.mul (local.get $n) (i64.const 3)) (i64.const 1)))))
        (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
        (br $next)))
    (func (export "work") (param $n i32) (result i32) (local $sum i32)
      (drop (memory.grow (i32.const 3)))
      (memory.fill (i32.const 0) (i32.const 7) (i32.const 200000))
      (loop $all
        (local.set $sum (i32.add (local.get $sum) (call $steps (i64.extend_i32_u (local.get $n)))))
        (br_if $all (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum)))
  (core instance $i (instantiate $m))
  (func (export "work") (param "n" u32) (result u32) (canon lift (core func $i "work"))))`;

/** The same call on a fresh instance, so often in each tier. */
export async function repeatCall(repeats: number): Promise<FuelRun> {
  await using harness = await openHarness(2);
  const guests = { script: await harness.script(source), component: await harness.component(component) };
  const figures: Record<string, readonly number[]> = {};
  for (const [name, prepared] of Object.entries(guests)) {
    const seen = new Set<number>();
    for (const isolation of tiers) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const instance = await harness.instantiate(prepared, { isolation });
        const [answer] = instance.callAll([{ export: 'work', args: [300], deadlineMs: 60_000 }]);
        const outcome = await answer;
        if (outcome?.outcome !== 'returned' || !outcome.usage) throw new Error(JSON.stringify(outcome));
        seen.add(outcome.usage.fuel);
        await instance.close();
      }
    }
    figures[name] = [...seen];
  }
  return { repeats, figures };
}
