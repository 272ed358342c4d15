import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, test } from 'vitest';
import { startApart, startExport } from '../../../src/sandbox/metering/start-apart.ts';
import { wasm } from '../../support/web-assembly.ts';

const counter = '(global $n (export "n") (mut i32) (i32.const 0))';
const begin = '(func $begin (global.set $n (i32.add (global.get $n) (i32.const 1))))';

async function apart(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return startApart(Uint8Array.from(await parse(`(module ${text})`)));
}

describe('a start function', () => {
  test.each([
    ['beside other exports', `${counter} ${begin} (start $begin)`],
    [
      'without any',
      '(global $n (mut i32) (i32.const 0)) (func $begin (global.set $n (i32.const 1))) (start $begin)',
    ],
    [
      'before segments',
      `${counter} ${begin} (start $begin) (memory 1) (table 1 funcref) (elem (i32.const 0) func $begin) (data (i32.const 0) "x")`,
    ],
  ])('%s becomes an export, and is not run by itself', async (_where, text) => {
    const { exports } = new wasm.Instance(new wasm.Module(await apart(text)), {});
    const n = exports['n'] as { readonly value: number } | undefined;
    expect(n?.value ?? 0).toBe(0);
    const start = exports[startExport];
    if (typeof start === 'function') start();
    expect(typeof start).toBe('function');
    expect(n?.value ?? 1).toBe(1);
  });

  test('that is not there leaves the module as it is', async () => {
    const bytes = Uint8Array.from(await parse(`(module ${counter} ${begin})`));
    expect(startApart(bytes)).toBe(bytes);
  });

  test('does not take the place of an export of its name', async () => {
    await expect(
      apart(`${counter} ${begin} (func (export "${startExport}")) (start $begin)`),
    ).rejects.toMatchObject({ code: 'ARTIFACT_INVALID' });
  });
});
