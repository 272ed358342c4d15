import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../../src/core/errors.ts';
import { meterModule } from '../../../src/sandbox/metering/meter-module.ts';
import { fuzz } from '../../support/fuzz.ts';
import { meterOptions } from '../../support/metered.ts';
import { mutationsOfWasm } from '../../support/mutated-bytes.ts';
import { programs, toText } from '../../support/random-program.ts';
import { wasm } from '../../support/web-assembly.ts';

/** One of everything: sections, segment forms, types, immediates. */
const sampler = `(module
  (rec (type $list (sub (struct (field i32) (field (mut (ref null $list)))))) (type $more (sub final $list (struct (field i32) (field (mut (ref null $list))) (field i8)))))
  (type $bytes (array (mut i8))) (type $f (func (param i32) (result i32)))
  (import "a" "g" (global i32)) (import "a" "f" (func $imported (type $f))) (import "a" "t" (table 1 5 externref)) (import "a" "m" (memory 1 9)) (import "a" "e" (tag $e (param i32)))
  (table $t 3 9 funcref) (table $u 2 (ref null $f) (ref.func $body)) (memory $own 1) (tag $own_tag)
  (global $g (mut i64) (i64.const -5)) (global $h i32 (i32.add (global.get 0) (i32.const 7))) (global $v v128 (v128.const i64x2 1 2)) (global $r (ref null $list) (ref.null $list))
  (export "g" (global $h)) (export "f" (func $body)) (start $start)
  (elem (table $t) (i32.const 0) func $body $start) (elem $passive (ref null $f) (ref.func $body) (ref.null $f)) (elem declare func $body)
  (data $d "abc") (data (memory $own) (i32.const 1) "xyz") (data (global.get 0) "")
  (func $start)
  (func $body (type $f) (local v128) (local $l (ref null $list)) (local f64)
    i32.const 0 v128.load align=4 local.set 1 i32.const 0 v128.const i32x4 1 2 3 4 v128.load8_lane offset=9 3 drop
    i32.const 1 i32.const 2 i32.const 3 memory.fill $own i32.const 0 i32.const 0 i32.const 1 memory.init $own $d data.drop $d
    i32.const 1 ref.null $list struct.new $list local.set $l
    block $b (result (ref null $list)) local.get $l br_on_cast $b (ref null $list) (ref $more) end drop
    block $n local.get $l br_on_null $n drop end
    i32.const 3 array.new_default $bytes array.len drop
    f64.const 1.5 f32.const 2.5 drop local.set 3 global.get $g global.set $g
    block $h (result i32) try_table (catch $e $h) i32.const 1 throw $e end i32.const 4 end drop
    loop $l2 (param) local.get 0 i32.const 1 i32.sub local.tee 0 br_if $l2 end
    block $x block $y local.get 0 br_table $x $y $x end end
    local.get 0 if (result i32) i32.const 1 else local.get 0 i32.const 0 call_indirect $t (type $f) end drop
    i32.const 1 i32.const 2 i32.const 0 select (result i32) drop
    local.get 0 ref.func $body call_ref $f return_call $imported))`;

const samples = [
  await parse(sampler),
  ...(await Promise.all(
    fc.sample(programs, { numRuns: 20, seed: 7 }).map((program) => parse(toText(program))),
  )),
];

describe('mutated modules', () => {
  test('start from modules that are valid, and stay so metered', () => {
    for (const sample of samples) expect(wasm.validate(meterModule(sample, meterOptions))).toBe(true);
  });

  fuzz(
    'are refused by one of our errors, or give a valid module',
    6_000,
    fc.property(mutationsOfWasm(samples), (mutated) => {
      const isValid = wasm.validate(mutated);
      const outcome = outcomeOf(mutated);
      expect(outcome === 'refused' || (outcome === 'valid' && isValid)).toBe(true);
    }),
  );

  test('are refused when they are cut off anywhere', async () => {
    const sample = await parse(sampler);
    const outcomes = Array.from({ length: sample.length - 8 }, (_, index) => [
      wasm.validate(sample.slice(0, index + 8)) ? 'valid' : 'refused',
      outcomeOf(sample.slice(0, index + 8)),
    ]);
    expect(outcomes.filter(([expected, found]) => expected !== found)).toEqual([]);
  });
});

function outcomeOf(bytes: Uint8Array): 'refused' | 'valid' | 'invalid' {
  try {
    return wasm.validate(meterModule(bytes, meterOptions)) ? 'valid' : 'invalid';
  } catch (error) {
    if (error instanceof SignalboxError) return 'refused';
    throw error;
  }
}
