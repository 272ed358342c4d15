import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../../src/core/errors.ts';
import { meterModule } from '../../../src/sandbox/metering/meter-module.ts';
import { meterOptions } from '../../support/metered.ts';
import { wasm } from '../../support/web-assembly.ts';

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const functionOf = (...code: readonly number[]): Uint8Array =>
  Uint8Array.from([
    ...header,
    1,
    4,
    1,
    0x60,
    0,
    0,
    3,
    2,
    1,
    0,
    10,
    code.length + 4,
    1,
    code.length + 2,
    0,
    ...code,
    0x0b,
  ]);

describe('what the meter does not know is refused by name and place', () => {
  test.each([
    ['threads', functionOf(0xfe, 0x03, 0x00), 'unknown instruction 0xfe at offset 0x17'],
    [
      'a hole among the vectors',
      functionOf(0xfd, 0x9a, 0x01),
      'unknown instruction 0xfd 0x9a at offset 0x17',
    ],
    [
      'what follows the bulk instructions',
      functionOf(0xfc, 0x13),
      'unknown instruction 0xfc 0x13 at offset 0x17',
    ],
    [
      'what follows garbage collection',
      functionOf(0xfb, 0x20),
      'unknown instruction 0xfb 0x20 at offset 0x17',
    ],
    ['stack switching', functionOf(0xe0, 0x00), 'unknown instruction 0xe0 at offset 0x17'],
    [
      'a local that does not exist',
      functionOf(0x41, 0x00, 0x21, 0x00),
      'local 0 does not exist at offset 0x19',
    ],
    ['a label that does not exist', functionOf(0x0c, 0x07), 'label 7 has no block at offset 0x17'],
    ['code after the end', functionOf(0x0b), 'a function body goes on after its end at offset 0x18'],
    [
      'a component',
      Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]),
      'this is no core module of version 1 at offset 0x0',
    ],
    ['nothing', new Uint8Array(), 'the bytes end too early at offset 0x0'],
    ['an unknown section', Uint8Array.from([...header, 14, 0]), 'unknown section 14 at offset 0x8'],
    [
      'sections out of order',
      Uint8Array.from([...header, 3, 1, 0, 1, 1, 0]),
      'section 1 stands twice or out of order at offset 0xb',
    ],
    ['a truncated section', Uint8Array.from([...header, 1, 9, 0]), 'the bytes end too early at offset 0xa'],
    [
      'a page size of its own',
      Uint8Array.from([...header, 5, 4, 1, 0x08, 0, 0]),
      'unknown limits flags 0x8 at offset 0xb',
    ],
  ])('%s', (_what, bytes, message) => {
    expect(refusalOf(bytes)).toEqual(['ARTIFACT_INVALID', `Cannot meter a core module: ${message}`]);
  });

  test.each([
    ['a shared memory', '(memory 1 2 shared)', 'a shared memory at offset 0xb'],
    ['a 64-bit memory', '(memory i64 1)', 'a 64-bit memory at offset 0xb'],
    [
      'an import from the reserved module',
      '(import "__signalbox" "fuel" (global (mut i64)))',
      'the import module "__signalbox" is reserved at offset 0xb',
    ],
    ['what does not type-check', '(func (result i32))', 'it is not valid at offset 0x0'],
  ])('%s', async (_what, text, message) => {
    expect(refusalOf(await parse(`(module ${text})`))).toEqual([
      'ARTIFACT_INVALID',
      `Cannot meter a core module: ${message}`,
    ]);
  });
});

describe('what is too large is refused', () => {
  test.each([
    [
      'a memory above the cap from the start',
      '(memory 17)',
      'the initial size of a memory in pages is 17, at most 16 is allowed',
    ],
    [
      'the same, imported',
      '(import "a" "b" (memory 17))',
      'the initial size of a memory in pages is 17, at most 16 is allowed',
    ],
    [
      'a table above the cap from the start',
      '(table 101 funcref)',
      'the initial number of elements of a table is 101, at most 100 is allowed',
    ],
    [
      'a fifth memory',
      '(import "a" "b" (memory 1)) (memory 1) (memory 1) (memory 1) (memory 1)',
      'the number of memories is 5, at most 4 is allowed',
    ],
    [
      'locals',
      `(func (local ${'i32 '.repeat(10_001)}))`,
      'the number of locals of a function is 10001, at most 10000 is allowed',
    ],
    [
      'a br_table',
      `(func i32.const 0 br_table ${'0 '.repeat(20_002)})`,
      'the number of targets of a "br_table" is 20001, at most 20000 is allowed',
    ],
    [
      'nesting',
      `(func ${'block '.repeat(5_001)} ${'end '.repeat(5_001)})`,
      'the nesting of blocks is 5001, at most 5000 is allowed',
    ],
  ])('%s', async (_what, text, message) => {
    expect(refusalOf(await parse(`(module ${text})`))).toEqual([
      'ARTIFACT_TOO_LARGE',
      `Cannot meter a core module: ${message}`,
    ]);
  });

  test('paths that would take long to follow', async () => {
    const depth = 4_000;
    const labels = Array.from({ length: depth }, (_, index) => `local.get 0 br_if ${index}`).join(' ');
    const text = `(func (param i32) ${'block '.repeat(depth)} ${`${labels} `.repeat(20)} ${'end '.repeat(depth)})`;
    expect(refusalOf(await parse(`(module ${text})`))[1]).toContain(
      'the number of paths between nested blocks is',
    );
  });
});

test('custom sections are dropped', async () => {
  const bytes = await parse(
    '(module $named (func $f (export "f") (param $p i32)) (@custom "secret" "text"))',
  );
  const after = Buffer.from(meterModule(bytes, meterOptions)).toString('latin1');
  expect({
    before: /secret.*|named/.test(Buffer.from(bytes).toString('latin1')),
    after: /secret|named/.test(after),
  }).toEqual({
    before: true,
    after: false,
  });
});

test('the same module gives the same bytes, and the input is left alone', async () => {
  const bytes = await parse('(module (memory 1) (func (export "f") loop br 0 end))');
  const copy = bytes.slice();
  const [first, second] = [meterModule(bytes, meterOptions), meterModule(bytes, meterOptions)];
  expect(second).toEqual(first);
  expect(bytes).toEqual(copy);
  expect(wasm.validate(first)).toBe(true);
});

function refusalOf(bytes: Uint8Array): readonly [code: string, message: string] {
  try {
    meterModule(bytes, meterOptions);
    return ['none', ''];
  } catch (error) {
    if (error instanceof SignalboxError) return [error.code, error.message];
    throw error;
  }
}
