import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { expect, test } from 'vitest';
import { ByteReader } from '../../../src/sandbox/metering/byte-reader.ts';
import { readModule } from '../../../src/sandbox/metering/core-module.ts';
import { meterModule } from '../../../src/sandbox/metering/meter-module.ts';
import { meterOptions } from '../../support/metered.ts';
import { wasm } from '../../support/web-assembly.ts';

const loops = `(import "host" "look" (func $look))
  (func $idle)
  (func $count (param $n i32) (local $a i64) (local $b f32)
    loop $again
      local.get $n if local.get $n i32.const 1 i32.sub local.set $n br $again end
    end)
  (func (export "run") (param i32) call $idle loop call $look local.get 0 call $count br 0 end)`;

const opIf = 0x04;
const unlikely = 0;

test('The branch of every charge is hinted as unlikely, by its place in its function', async () => {
  const module = meterModule(await parse(`(module ${loops})`), meterOptions);
  const { bodies, importedFunctions } = readModule(module);

  const hints = branchHints(module).map(({ functionIndex, offset, hint }) => {
    const body = bodies[functionIndex - importedFunctions];
    return { functionIndex, instruction: module[(body?.offset ?? 0) + offset], hint };
  });

  expect(hints).toEqual([
    { functionIndex: 2, instruction: opIf, hint: unlikely },
    { functionIndex: 3, instruction: opIf, hint: unlikely },
  ]);
});

function branchHints(module: Uint8Array) {
  const { Module } = wasm as unknown as {
    Module: { new (bytes: Uint8Array): object; customSections(module: object, name: string): ArrayBuffer[] };
  };
  const [section = new ArrayBuffer(0)] = Module.customSections(
    new Module(module),
    'metadata.code.branch_hint',
  );
  const bytes = new Uint8Array(section);
  const reader = new ByteReader(bytes, 0, bytes.length);
  const hints: { functionIndex: number; offset: number; hint: number }[] = [];
  for (let functions = reader.u32(); functions > 0; functions--) {
    const functionIndex = reader.u32();
    for (let count = reader.u32(); count > 0; count--) {
      const offset = reader.u32();
      expect(reader.u32()).toBe(1);
      hints.push({ functionIndex, offset, hint: reader.u32() });
    }
  }
  return hints;
}
