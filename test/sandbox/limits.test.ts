import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isolations } from '../../src/config/document.ts';
import type { Limits } from '../../src/permissions/limits.ts';
import type { HostImports } from '../../src/ports/host-imports.ts';
import type { CallOutcome, Instance, Prepared } from '../../src/ports/sandbox.ts';
import { createComponentBuilder } from '../zoo/component-text.ts';
import { call, fixture, type Harness, openHarness, returned } from './harness.ts';

let harness: Harness;
let component: Prepared;
let script: Prepared;
beforeAll(async () => {
  harness = await openHarness(1);
  component = await harness.component(await fixture('limits.wat'));
  script = await harness.script(`(() => ({
    spin() { for (;;); },
    sort() { for (;;) Array.from({ length: 1e5 }, (_, n) => -n).sort((a, b) => a - b); },
    regexp() { /^(a+)+$/.test('a'.repeat(200) + 'b'); },
    hoard() { const kept = []; for (;;) kept.push(new Uint8Array(1e6)); },
    repeat() { const kept = []; for (;;) kept.push('x'.repeat(100_000)); },
    fine: () => 1,
  }))()`);
});
afterAll(() => harness[Symbol.asyncDispose]());

const small: Partial<Limits> = { memory_bytes: 16 * 65_536, fuel_per_call: 50_000_000 };

const limitOf = (outcome: CallOutcome): unknown =>
  outcome.outcome === 'failed' ? [outcome.error.code, outcome.error.details?.['limit']] : outcome;
const figure = expect.any(Number);

const tellingBytes = `(component
  (import "zoo:host/desk" (instance $desk (export "take" (func (param "bytes" (list u8))))))
  (core module $memory (memory (export "memory") 200))
  (core instance $memory (instantiate $memory))
  (core func $take (canon lower (func $desk "take") (memory (core memory $memory "memory"))))
  (core module $main
    (import "" "take" (func $take (param i32 i32)))
    (func (export "tell") (param i32) (call $take (i32.const 0) (local.get 0))))
  (core instance $main (instantiate $main (with "" (instance (export "take" (func $take))))))
  (func (export "tell") (param "bytes" u32) (canon lift (core func $main "tell"))))`;

describe.each(isolations)('in a cell of isolation "%s"', (isolation) => {
  const start = (prepared: Prepared, limits = small): Promise<Instance> =>
    harness.instantiate(prepared, { isolation, limits });

  test.each(['spin', 'fill'])('%s of a component ends when its fuel is spent', async (name) => {
    const guest = await start(component);
    const limit = { name: 'fuel_per_call', reached: figure, allowed: 50_000_000 };
    expect(limitOf(await call(guest, name))).toEqual(['FUEL_EXHAUSTED', limit]);
    expect((await guest.closed)?.code).toBe('FUEL_EXHAUSTED');
  });

  test.each(['spin', 'sort', 'regexp'])('%s of a script ends when its fuel is spent', async (name) => {
    const guest = await start(script, { ...small, memory_bytes: 64 * 1024 * 1024 });
    const limit = { name: 'fuel_per_call', reached: figure, allowed: 50_000_000 };
    expect(limitOf(await call(guest, name))).toEqual(['FUEL_EXHAUSTED', limit]);
  });

  test('memory grows to the limit and no further, and the guest lives on', async () => {
    const guest = await start(component);
    expect(await call(guest, 'grow', 2)).toEqual(returned(14));
    expect(await call(guest, 'work', 3)).toEqual(returned(3));
    await guest.close();
  });

  test('a trap after memory was refused is told as that', async () => {
    const guest = await start(component);
    const limit = { name: 'memory_bytes', reached: 17 * 65_536, allowed: 16 * 65_536 };
    expect(limitOf(await call(guest, 'grow-or-trap', 1))).toEqual(['MEMORY_EXHAUSTED', limit]);
  });

  test('a heap of structs and arrays that is full is told as memory', async () => {
    const guest = await start(await harness.component(await fixture('collected.wat')));
    const limit = { name: 'memory_bytes', reached: small.memory_bytes, allowed: small.memory_bytes };
    expect(limitOf(await call(guest, 'keep'))).toEqual(['MEMORY_EXHAUSTED', limit]);
    expect((await guest.closed)?.code).toBe('MEMORY_EXHAUSTED');
  });

  test.each(['hoard', 'repeat'])('%s of a script is told as memory', async (name) => {
    const guest = await start(script, { memory_bytes: 8 * 1024 * 1024 });
    const limit = { name: 'memory_bytes', reached: figure, allowed: 8 * 1024 * 1024 };
    expect(limitOf(await call(guest, name))).toEqual(['MEMORY_EXHAUSTED', limit]);
  });

  test('a table grows to 10,000 elements and no further', async () => {
    const guest = await start(component);
    expect(await call(guest, 'grow-table', 1_111)).toEqual(returned(9_999));
    await guest.close();
  });

  test.each([
    ['alias-strings', 'lift_bytes', 1024 * 1024],
    ['alias-bytes', 'lift_bytes', 1024 * 1024],
    ['many', 'lift_elements', 100_000, 1_000_000],
    ['deep', 'lift_reads', 300_000, 90_000],
  ])('%s is not lifted beyond its budget', async (name, limit, allowed, size = 20_000) => {
    const guest = await start(component, { memory_bytes: 64 * 1024 * 1024 });
    const hit = { name: limit, reached: figure, allowed };
    expect(limitOf(await call(guest, name, size))).toEqual(['MESSAGE_TOO_LARGE', hit]);
  });

  test('a list that ends behind its memory is a trap, and none of it is read', async () => {
    const guest = await start(component);
    expect(await call(guest, 'beyond', 8_000)).toMatchObject({
      error: {
        code: 'GUEST_TRAPPED',
        message: 'The plugin passes a list that ends 1 bytes behind its memory',
      },
    });
  });

  test('bytes that a host is told are copied out of a memory up to 8 MiB', async () => {
    const teller = await start(await harness.component(tellingBytes), { memory_bytes: 64 * 1024 * 1024 });
    const allowed = 8 * 1024 * 1024;
    const hit = { name: 'lift_bytes', reached: allowed + 1, allowed };
    expect(limitOf(await call(teller, 'tell', allowed + 1))).toEqual(['MESSAGE_TOO_LARGE', hit]);
  });

  test('a start that never ends is ended by the fuel of the start', async () => {
    const endless = await harness.script('(() => { for (;;); })()');
    const limit = { name: 'fuel_per_init', reached: figure, allowed: 100_000_000 };
    await expect(start(endless, { fuel_per_init: 100_000_000 })).rejects.toMatchObject({
      code: 'FUEL_EXHAUSTED',
      details: { limit },
    });
  });

  test('more memory than allowed from the start is refused', async () => {
    await expect(start(script, { memory_bytes: 65_536 })).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
  });
});

describe('a guest that spins', () => {
  test('leaves its neighbours in the cell alone, whatever ends it', async () => {
    const neighbour = await harness.instantiate(script);
    const spinner = await harness.instantiate(component);
    expect(neighbour.cell).toBe(spinner.cell);
    const [spun] = spinner.callAll([{ export: 'spin', args: [], deadlineMs: 200 }]);
    for (let n = 0; n < 20; n += 1) expect(await call(neighbour, 'fine')).toEqual(returned(1));
    expect(await spun).toMatchObject({ error: { code: 'CALL_DEADLINE' } });
    expect(await call(neighbour, 'fine')).toEqual(returned(1));
    expect(harness.events.filter(({ type }) => type === 'cell-gone')).toEqual(
      harness.events.filter((event) => event.type === 'cell-gone' && event.cell !== neighbour.cell),
    );
    await neighbour.close();
  });
});

describe('a guest with more fuel than time', () => {
  const spin = '(loop $forever (br $forever))';
  const desk: HostImports = { 'zoo:host/desk': { greet: () => ({ outcome: 'returned', value: 'hello' }) } };
  const limits = { init_deadline_ms: 1_000 };

  test.each([
    [
      'when it is asked for room for an argument',
      'text: string',
      '(param i32 i32)',
      '',
      `(func $realloc (param i32 i32 i32 i32) (result i32) ${spin} (unreachable))`,
    ],
    [
      'when it is asked for room for an answer',
      '',
      '',
      '(call $greet (i32.const 32))',
      `(import "zoo:host/desk" "greet" (func $greet (param i32)))
      (func $realloc (param i32 i32 i32 i32) (result i32) ${spin} (unreachable))`,
    ],
    [
      'when it is told that its answer was read',
      '',
      '(result i32)',
      '(i32.const 32)',
      `(func (export "cabi_post_strike") (param i32) ${spin})`,
    ],
    ['when it starts', '', '', '', `(func $begin ${spin}) (start $begin)`],
  ])(
    'that spins %s lets its neighbours have their turns',
    async (where, parameters, signature, body, fields) => {
      await using cage = await openHarness(1);
      await using builder = await createComponentBuilder();
      const result = signature.includes('result') ? ' -> string' : '';
      const imported = fields.includes('$greet') ? ';;wit import zoo:host/desk;\n' : '';
      const text = `${imported};;wit export strike: func(${parameters})${result};\n${fields}(func (export "strike") ${signature} ${body})`;
      const spinner = await cage.bytes(await builder.build(text));
      const neighbour = await cage.instantiate(await cage.script('(() => ({ fine: () => 1 }))()'));
      let isOver = false;
      const struck = cage
        .instantiate(spinner, { limits, imports: desk })
        .then(async (guest) => {
          const args = parameters === '' ? [] : ['text'];
          const [called] = guest.callAll([{ export: 'strike', args, deadlineMs: 1_000 }]);
          const outcome = await called;
          return outcome?.outcome === 'failed' ? outcome.error.code : outcome;
        })
        .catch(({ code }) => code)
        .finally(() => {
          isOver = true;
        });
      let answered = 0;
      while (!isOver) {
        expect(await call(neighbour, 'fine'), where).toEqual(returned(1));
        if (!isOver) answered += 1;
      }
      expect(await struck).toBe('CALL_DEADLINE');
      // Before its deadline ended the spinning, that is.
      expect(answered).toBeGreaterThan(10);
      expect(await call(neighbour, 'fine')).toEqual(returned(1));
    },
  );
});

describe('a guest that cannot be suspended', () => {
  const component = `(component
    (import "wasi:cli/environment@0.2.0" (instance $environment
      (export "get-arguments" (func (result (list string))))))
    (core module $memory
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (loop $forever (br $forever)) (unreachable)))
    (core instance $memory (instantiate $memory))
    (core func $get (canon lower (func $environment "get-arguments")
      (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core module $main (import "" "get" (func $get (param i32))) (func (export "strike") (call $get (i32.const 32))))
    (core instance $main (instantiate $main (with "" (instance (export "get" (func $get))))))
    (func (export "strike") (canon lift (core func $main "strike"))))`;

  const start = { arguments: [], environment: [], directories: [] };

  test('ends soon when it spins there', async () => {
    const guest = await harness.instantiate(await harness.component(component), {
      imports: { 'signalbox:sandbox/wasi': { start: () => ({ outcome: 'returned', value: start }) } },
    });
    const limit = { name: 'unsuspended_slices', reached: figure, allowed: 400 };
    expect(limitOf(await call(guest, 'strike'))).toEqual(['FUEL_EXHAUSTED', limit]);
  });
});

describe('fuel', () => {
  test('is taken by a call that does next to nothing', async () => {
    const guest = await harness.instantiate(component);
    const [called] = guest.callAll([{ export: 'work', args: [0], deadlineMs: 5_000 }]);
    const outcome = await called;
    expect(outcome?.outcome === 'returned' && outcome.usage?.fuel).toBeGreaterThanOrEqual(64);
    await guest.close();
  });

  test.each([
    ['a component', () => component, 'work', [5_000_000]],
    ['a script', () => script, 'fine', []],
  ] as const)(
    'of the same calls of %s is the same in every tier and run',
    async (_what, prepared, name, args) => {
      const spent = async (isolation: (typeof isolations)[number]): Promise<readonly unknown[]> => {
        const guest = await harness.instantiate(prepared(), { isolation });
        const requests = Array.from({ length: 20 }, () => ({ export: name, args, deadlineMs: 5_000 }));
        const outcomes = await Promise.all(guest.callAll(requests));
        await guest.close();
        return outcomes.map((outcome) => outcome.outcome === 'returned' && outcome.usage?.fuel);
      };
      const first = await spent('shared');
      expect(first[0]).toBeGreaterThan(0);
      for (const isolation of [...isolations, ...isolations]) expect(await spent(isolation)).toEqual(first);
    },
  );
});
