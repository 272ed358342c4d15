import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../../src/core/errors.ts';
import { meterModule } from '../../../src/sandbox/metering/meter-module.ts';
import { meterOptions } from '../../support/metered.ts';
import { programs, toText } from '../../support/random-program.ts';
import { wasm } from '../../support/web-assembly.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 300);

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

describe('mutated modules', () => {
  test('are refused by one of our errors, or give a valid module', async () => {
    const samples = [await parse(sampler)];
    for (const program of fc.sample(programs, { numRuns: 20, seed: 7 }))
      samples.push(await parse(toText(program)));
    for (const sample of samples) expect(wasm.validate(meterModule(sample, meterOptions))).toBe(true);
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      byte: fc.nat(255),
      cut: fc.nat(3),
      extra: fc.uint8Array({ maxLength: 2 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (sample, edits) => {
          const mutated = edits.reduce(mutate, sample);
          const isValid = wasm.validate(mutated);
          const outcome = outcomeOf(mutated);
          expect(outcome === 'refused' || (outcome === 'valid' && isValid)).toBe(true);
        },
      ),
      { numRuns: runs * 20 },
    );
  });

  test('are refused when they are cut off anywhere', async () => {
    const sample = await parse(sampler);
    const outcomes = Array.from({ length: sample.length - 8 }, (_, index) => [
      wasm.validate(sample.slice(0, index + 8)) ? 'valid' : 'refused',
      outcomeOf(sample.slice(0, index + 8)),
    ]);
    expect(outcomes.filter(([expected, found]) => expected !== found)).toEqual([]);
  });
});

interface Edit {
  readonly at: number;
  readonly byte: number;
  readonly cut: number;
  readonly extra: Uint8Array;
}

/** Sets a byte, and sometimes cuts some out or puts some in. */
function mutate(bytes: Uint8Array, { at, byte, cut, extra }: Edit): Uint8Array {
  const place = 8 + Math.floor(at * (bytes.length - 8));
  return Uint8Array.from([
    ...bytes.subarray(0, place),
    byte,
    ...(cut === 3 ? extra : []),
    ...bytes.subarray(place + (cut === 2 ? 2 : 1)),
  ]);
}

function outcomeOf(bytes: Uint8Array): 'refused' | 'valid' | 'invalid' {
  try {
    return wasm.validate(meterModule(bytes, meterOptions)) ? 'valid' : 'invalid';
  } catch (error) {
    if (error instanceof SignalboxError) return 'refused';
    throw error;
  }
}
