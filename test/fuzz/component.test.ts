import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readComponent } from '../../src/sandbox/prepare/component-reader.ts';
import { rewriteCore } from '../../src/sandbox/prepare/rewrite-core.ts';
import { worldOf } from '../../src/sandbox/prepare/world.ts';
import { codeOr } from '../support/code-or.ts';
import { coreModulesOf, realComponents } from '../support/components.ts';
import { fuzz } from '../support/fuzz.ts';
import { mutationsOfWasm } from '../support/mutated-bytes.ts';
import { wasm } from '../support/web-assembly.ts';

const apiVersion = '0.1.0';
const components = await realComponents();
/** Those small enough to be tried whole at every place. */
const small = components.filter(({ length }) => length < 20_000);
const modules = components.flatMap(coreModulesOf).filter(({ length }) => length < 200_000);

const refusals = [
  'ARTIFACT_INVALID',
  'ARTIFACT_NAME_REFUSED',
  'ARTIFACT_TOO_LARGE',
  'IMPORT_UNKNOWN',
  'API_INCOMPATIBLE',
];

/** Refused by one of those, or read; what was read reads the same again. */
function checkComponent(bytes: Uint8Array): void {
  const outcome = codeOr(() => {
    const reading = readComponent(bytes);
    return { reading, world: worldOf(reading, apiVersion) };
  });
  if (typeof outcome === 'string') {
    expect(refusals).toContain(outcome);
    return;
  }
  const { reading, world } = outcome;
  expect(reading.bytes.length).toBeLessThanOrEqual(bytes.length + 8 * 5);
  expect(worldOf(readComponent(reading.bytes), apiVersion)).toEqual(world);
}

/** Refused, or turned into what V8 takes. */
function checkModule(bytes: Uint8Array): void {
  const outcome = codeOr(() => rewriteCore(bytes));
  if (typeof outcome === 'string') expect(refusals).toContain(outcome);
  else expect(wasm.validate(outcome.code)).toBe(true);
}

describe('a component', () => {
  test('as toolchains make it is read', () => {
    for (const component of components)
      expect(() => worldOf(readComponent(component), apiVersion)).not.toThrow();
    expect(modules.length).toBeGreaterThan(2);
  });

  fuzz('that was damaged is refused or read', 1_500, fc.property(mutationsOfWasm(small), checkComponent));
  fuzz(
    'of random bytes behind its preamble is refused or read',
    1_000,
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) =>
      checkComponent(Buffer.concat([Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0), bytes])),
    ),
  );

  test('that is cut off anywhere, or has any bit flipped, is refused or read', () => {
    for (const component of small) {
      // A prime step reaches every part of it; the soak flips bits at random.
      for (let at = 0; at < component.length; at += 7) {
        checkComponent(component.subarray(0, at));
        const flipped = component.slice();
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at & 7));
        checkComponent(flipped);
      }
    }
  });
});

describe('a core module', () => {
  fuzz(
    'that was damaged is refused, or becomes one that is valid',
    500,
    fc.property(mutationsOfWasm(modules), checkModule),
  );
});
