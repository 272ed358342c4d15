import { readFile } from 'node:fs/promises';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { SignalboxError } from '../../../src/core/errors.ts';
import { readComponent } from '../../../src/sandbox/prepare/component-reader.ts';
import { worldOf } from '../../../src/sandbox/prepare/world.ts';
import { fixture } from '../harness.ts';

const apiVersion = '0.1.0';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SignalboxError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** The file with a name replaced by another of the same length: what a hostile author would write with an editor. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  expect(to.length).toBe(from.length);
  const hex = Buffer.from(bytes).toString('latin1');
  expect(hex).toContain(from);
  return Buffer.from(hex.replaceAll(from, to), 'latin1');
}

let probe: Uint8Array;
beforeAll(async () => {
  probe = await parse(await fixture('probe.wat'));
});

describe('what is no component', () => {
  test.each([
    ['nothing', [], 'The artifact is empty; a WebAssembly component is needed'],
    [
      'text',
      [...Buffer.from('(component)')],
      'The artifact is not a WebAssembly file; a WebAssembly component is needed',
    ],
    [
      'a core module',
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      'The artifact is a core WebAssembly module; a WebAssembly component is needed',
    ],
    [
      'half a head',
      [0, 0x61, 0x73, 0x6d, 13],
      'The artifact is cut off after its magic number; a WebAssembly component is needed',
    ],
    [
      'another version',
      [0, 0x61, 0x73, 0x6d, 14, 0, 1, 0],
      'The artifact is WebAssembly version 14, layer 1; a WebAssembly component is needed',
    ],
  ])('is refused with what it is: %s', (_what, bytes, message) => {
    expect(() => readComponent(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'ARTIFACT_INVALID', message }),
    );
  });

  test('cut off anywhere, a component is refused or is a shorter component', () => {
    for (let length = 0; length < probe.length; length += 1) {
      expect(['ARTIFACT_INVALID', 'nothing thrown']).toContain(
        codeOf(() => readComponent(probe.slice(0, length))),
      );
    }
  });
});

describe('names', () => {
  test.each([
    ['a component export', 'test:guest/probe', 'test:guest/pro"e'],
    ['an interface function', 'ask-host', "ask';x()"],
    ['a parameter', 'length', 'l*/x/*'],
    ['an import', 'test:host/desk', 'test:host/${x}'],
    ['a line break', 'tell-host', 'tell\nhost'],
    ['a core import', 'cabi_realloc', 'cabi`realloc'],
    ['a core export', 'memory', 'mem"ry'],
    ['a backslash', 'echo', 'e\\ho'],
    ['a core comment', 'cabi_realloc', 'cabi//alloc_'],
    ['a control character', 'count', 'co\u0000nt'],
  ])('that could leave a string of generated code are refused: %s', (_what, from, to) => {
    expect(codeOf(() => readComponent(renamed(probe, from, to)))).toBe('ARTIFACT_NAME_REFUSED');
  });

  test('are found at any depth', async () => {
    const nested = await parse(
      '(component (component (component (core module (func (export "innocent"))))))',
    );
    expect(codeOf(() => readComponent(nested))).toBe('nothing thrown');
    expect(codeOf(() => readComponent(renamed(nested, 'innocent', '`;evil()')))).toBe(
      'ARTIFACT_NAME_REFUSED',
    );
  });

  test('in custom sections are dropped with them', async () => {
    const named = await parse(
      '(component (@custom "x" "evil`") (core module (@custom "y" "evil`") (func $evil)))',
    );
    expect(Buffer.from(named).toString('latin1')).toContain('evil');
    expect(Buffer.from(readComponent(named).bytes).toString('latin1')).not.toContain('evil');
  });

  test('of fields, cases and flags are checked too', async () => {
    const typed = await parse(`(component
      (type $record (record (field "fieldname" u8)))
      (type $variant (variant (case "casename" u8)))
      (type $flags (flags "flagname"))
      (type $enum (enum "enumname")))`);
    expect(codeOf(() => readComponent(typed))).toBe('nothing thrown');
    for (const name of ['fieldname', 'casename', 'flagname', 'enumname']) {
      expect(codeOf(() => readComponent(renamed(typed, name, `"${name.slice(1)}`)))).toBe(
        'ARTIFACT_NAME_REFUSED',
      );
    }
  });
});

describe('a component of a real toolchain', () => {
  test('keeps its world when its custom sections go', async () => {
    const bytes = await readFile(new URL('../../../generated/script-host.wasm', import.meta.url));
    const reading = readComponent(bytes);
    expect(reading.bytes.length).toBeLessThan(bytes.length);
    const { imports, exports } = worldOf(reading, apiVersion);
    expect(imports.map((each) => each.interface)).toContain('signalbox:plugin/filesystem');
    expect(imports.find((each) => each.interface === 'signalbox:plugin/watch')?.functions).toEqual([
      'subscribe',
      'unsubscribe',
    ]);
    // `init` of the toolchain is not among them.
    expect(exports.map(({ name }) => name)).toEqual(['script.load', 'script.call']);
  });

  test('changed in any byte is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.nat(probe.length - 1), fc.nat(255), (at, value) => {
        const changed = Uint8Array.from(probe);
        changed[at] = value;
        expect(codeOf(() => readComponent(changed))).toMatch(/^(ARTIFACT_|nothing)/);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a world', () => {
  const world = async (wat: string): Promise<ReturnType<typeof worldOf>> =>
    worldOf(readComponent(await parse(wat)), apiVersion);
  const importing = (name: string): string => `(component (import "${name}" (instance (export "f" (func)))))`;

  test('leaves out interfaces of types only', async () => {
    const { imports } = await world(
      '(component (import "signalbox:plugin/types@0.1.0" (instance (export "t" (type (sub resource))))))',
    );
    expect(imports).toEqual([]);
  });

  test.each([
    [
      'wasi:nn/graph@0.2.0',
      'This host offers wasi:cli, wasi:clocks, wasi:filesystem, wasi:http, wasi:io, wasi:random, wasi:sockets of WASI 0.2 and 0.3',
    ],
    [
      'wasi:io/poll@0.3.0',
      'This host offers wasi:cli, wasi:clocks, wasi:filesystem, wasi:http, wasi:io, wasi:random, wasi:sockets of WASI 0.2 and 0.3',
    ],
    ...['0.3.0-rc-2025-09-16', '0.4.0', '1.0.0'].map((version) => [
      `wasi:cli/environment@${version}`,
      'This host offers WASI 0.2 and 0.3; build for the target wasm32-wasip2, or wasm32-wasip1 with the adapter',
    ]),
    ['signalbox:plugin/log@0.2.0', 'This host offers signalbox:plugin/log@0.1.0'],
    ['signalbox:plugin/log@1.0.0', 'This host offers signalbox:plugin/log@0.1.0'],
  ])('that imports %s is refused by name', async (name, hint) => {
    await expect(world(importing(name))).rejects.toMatchObject({
      code: 'IMPORT_UNKNOWN',
      message: `The component imports "${name}", which this host does not offer`,
      hint,
    });
  });

  test('WASI 0.3 goes by its version, beside that of 0.2', async () => {
    const { imports, renamed, asyncImports } = await world(`(component
      (import "wasi:filesystem/types@0.2.6" (instance (export "[method]descriptor.stat" (func))))
      (import "wasi:filesystem/types@0.3.0" (instance (export "[method]descriptor.stat" (func)))))`);
    expect(imports.map(({ interface: name }) => name)).toEqual([
      'wasi:filesystem/types',
      'wasi:filesystem/types@0.3',
    ]);
    expect(renamed).toEqual([['wasi:filesystem/types@0.3.0', 'wasi:filesystem/types@0.3']]);
    expect(asyncImports).toEqual(['wasi:filesystem/types@0.2.6#[method]descriptor.stat']);
  });

  test('WASI 0.2 is welcome in any patch, in several at a time, and its resources too', async () => {
    const read = await world(`(component
      (import "wasi:io/poll@0.2.0" (instance (export "poll" (func)) (export "pollable" (type (sub resource)))))
      (import "wasi:io/poll@0.2.12" (instance (export "poll" (func))))
      (import "wasi:io/error@0.2.6" (instance (export "error" (type (sub resource))))))`);
    expect(read).toMatchObject({
      imports: [
        { interface: 'wasi:io/poll', functions: ['poll'] },
        { interface: 'wasi:io/poll', functions: ['poll'] },
        { interface: 'wasi:io/error', functions: [] },
      ],
      asyncImports: ['wasi:io/poll@0.2.0#poll', 'wasi:io/poll@0.2.12#poll'],
    });
  });

  test('a patch of the same minor is welcome', async () => {
    expect((await world(importing('signalbox:plugin/log@0.1.7'))).imports).toEqual([
      { interface: 'signalbox:plugin/log', functions: ['f'] },
    ]);
  });

  test('that imports a bare function is refused', async () => {
    await expect(world('(component (import "f" (func)))')).rejects.toMatchObject({ code: 'IMPORT_UNKNOWN' });
  });

  test.each([
    ['signalbox:plugin/lifecycle@0.2.0', 'API_INCOMPATIBLE'],
    ['then', 'ARTIFACT_NAME_REFUSED'],
  ])('that exports %s is refused', async (name, code) => {
    const lifted =
      '(core module $m (func (export "f"))) (core instance $i (instantiate $m)) (func $f (canon lift (core func $i "f")))';
    const exported =
      name === 'then'
        ? '(export "then" (func $f))'
        : `(instance $e (export "init" (func $f))) (export "${name}" (instance $e))`;
    await expect(world(`(component ${lifted} ${exported})`)).rejects.toMatchObject({ code });
  });
});
