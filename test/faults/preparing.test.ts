import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { readComponent } from '../../src/sandbox/prepare/component-reader.ts';
import { Preparer } from '../../src/sandbox/prepare/preparer.ts';
import { codeOr } from '../support/code-or.ts';
import { realComponents } from '../support/components.ts';
import { fuzz } from '../support/fuzz.ts';
import { mutationsOfWasm } from '../support/mutated-bytes.ts';
import { wasm } from '../support/web-assembly.ts';

const preparer = new Preparer();
afterAll(() => preparer[Symbol.dispose]());

const small = (await realComponents()).filter(({ length }) => length < 20_000);
/** What the reader refuses never gets as far as the translator. */
const damaged = mutationsOfWasm(small).filter(
  (bytes) => typeof codeOr(() => readComponent(bytes)) !== 'string',
);

describe('the translating child', () => {
  test('translates each of them as they are', async () => {
    for (const component of small) {
      const { program } = await preparer.translate(component, new AbortController().signal);
      expect(program.exports.length).toBeGreaterThan(0);
    }
  }, 60_000);

  test('makes of a component without anything a program without anything', async () => {
    const empty = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
    const { program } = await preparer.translate(empty, new AbortController().signal);
    expect(program).toMatchObject({ imports: [], exports: [], modules: {} });
  });

  fuzz(
    'gives a program of valid modules, or one of our errors, and the next one works',
    4,
    fc.asyncProperty(damaged, async (bytes) => {
      try {
        const { program } = await preparer.translate(bytes, new AbortController().signal);
        expect(Object.values(program.modules).filter(({ code }) => !wasm.validate(code))).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(SignalboxError);
        expect(error).not.toMatchObject({ code: 'INTERNAL' });
      }
    }),
  );
});
