import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isolations } from '../../src/config/document.ts';
import { sha256 } from '../../src/core/fingerprint.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { defaultLimits } from '../../src/permissions/limits.ts';
import type { Instance, Prepared } from '../../src/ports/sandbox.ts';
import { CellPool } from '../../src/sandbox/broker/cell-pool.ts';
import { innerPid } from '../../src/sandbox/confinement/reached-tier.ts';
import { encodeProgram } from '../../src/sandbox/program.ts';
import type { SandboxEvent } from '../../src/sandbox/sandbox-event.ts';
import { call, fixture, type Harness, openHarness } from './harness.ts';

/*
 * What stops a guest, from the gentlest: its fuel is spent and it traps; it is let go at its deadline, while it waits or is
 * suspended; its cell is killed because it does not let go. Whoever lived there is instantiated again with what waits in its
 * mailbox (test/e2e/resilience.test.ts).
 */
const source = `(() => {
  const host = globalThis[Symbol.for('signalbox')];
  let n = 0;
  return {
    count: () => (n += 1),
    spin() { for (;;); },
    wait() { host['signalbox:plugin/log'].log('info', 'waiting', []); },
  };
})()`;
const neverAnswers = { 'signalbox:plugin/log': { log: () => new Promise<never>(() => {}) } };
// What stops it here is the clock.
const limits = { fuel_per_call: 1e15 };

describe.each(isolations)('a guest in a cell of isolation "%s"', (isolation) => {
  let harness: Harness;
  let prepared: Prepared;
  let stubborn: Prepared;
  beforeEach(async () => {
    harness = await openHarness(1);
    stubborn = await harness.stubborn();
    prepared = await harness.script(source);
  });
  afterEach(async () => {
    await harness[Symbol.asyncDispose]();
  });

  const start = (code = prepared): Promise<Instance> =>
    harness.instantiate(code, { isolation, imports: neverAnswers, limits });
  const expire = async (guest: Instance, name: string, ...args: readonly string[]): Promise<void> => {
    const [outcome] = guest.callAll([{ export: name, args, deadlineMs: 150 }]);
    expect(await outcome).toMatchObject({ outcome: 'failed', error: { code: 'CALL_DEADLINE' } });
    expect(await guest.closed).toMatchObject({ code: 'CALL_DEADLINE' });
  };

  test('that waits for the host past its deadline is let go, and nobody else notices', async () => {
    const neighbour = await start();
    expect(await call(neighbour, 'count')).toMatchObject({ value: 1 });
    await expire(await start(), 'wait');
    expect(await call(neighbour, 'count')).toMatchObject({ value: 2 });
    await neighbour.close();
  });

  test('that spins is suspended, and let go at its deadline: nobody else notices', async () => {
    const neighbour = await start();
    const spinning = expire(await start(), 'spin');
    expect(await call(neighbour, 'count')).toMatchObject({ value: 1 });
    await spinning;
    expect(await call(neighbour, 'count')).toMatchObject({ value: 2 });
    await neighbour.close();
  });

  test('whose fuel is spent traps, and nobody else notices', async () => {
    const neighbour = await start();
    const guest = await harness.instantiate(prepared, { isolation, limits: { fuel_per_call: 100_000_000 } });
    expect(await call(guest, 'spin')).toMatchObject({ outcome: 'failed', error: { code: 'FUEL_EXHAUSTED' } });
    expect(await guest.closed).toMatchObject({ code: 'FUEL_EXHAUSTED' });
    expect(await call(neighbour, 'count')).toMatchObject({ value: 1 });
    await neighbour.close();
  });

  test('that does not let go takes along its cell and nothing else', async () => {
    const elsewhere = await harness.instantiate(prepared, { isolation: 'own' });
    const neighbour = await start();
    expect(await call(neighbour, 'count')).toMatchObject({ value: 1 });
    await expire(await start(stubborn), 'take');
    if (isolation === 'shared') expect(await neighbour.closed).toMatchObject({ code: 'CELL_LOST' });
    else expect(await call(neighbour, 'count')).toMatchObject({ value: 2 });
    const again = await start();
    expect(await call(again, 'count')).toMatchObject({ value: 1 });
    expect(await call(elsewhere, 'count')).toMatchObject({ value: 1 });
  });
});

describe.runIf(process.platform === 'linux')('a guest whose caller gives up', () => {
  /** Longer than a guest that runs may take to let go. */
  const longMs = 600;
  const ways: readonly [string, (letGo: () => void, cell: number, elsewhere: Instance) => Promise<void>][] = [
    [
      'its cell gets no processor',
      async (letGo, cell, elsewhere) => {
        process.kill(cell, 'SIGSTOP');
        letGo();
        await elsewhere.callAll([{ export: 'spin', args: [], deadlineMs: longMs }])[0];
        process.kill(cell, 'SIGCONT');
      },
    ],
    [
      'the host has no time to hear of it',
      async (letGo) => {
        letGo();
        const start = performance.now();
        while (performance.now() - start < longMs);
      },
    ],
  ];

  test.each(ways)('takes nobody along while %s', async (_why, way) => {
    await using harness = await openHarness(1);
    const prepared = await harness.script(source);
    const neighbour = await harness.instantiate(prepared);
    const guest = await harness.instantiate(prepared, { limits });
    const started = harness.events.find((event) => event.type === 'cell-started');
    const pid = innerPid(started?.type === 'cell-started' ? (started.pid ?? 0) : 0);
    const elsewhere = await harness.instantiate(prepared, { isolation: 'own', limits });
    const caller = new AbortController();
    const { signal } = caller;
    const [outcome] = guest.callAll([{ export: 'spin', args: [], deadlineMs: 60_000, signal }]);
    expect(await call(neighbour, 'count')).toMatchObject({ value: 1 });
    await way(() => caller.abort(), pid, elsewhere);
    expect(await outcome).toMatchObject({ outcome: 'failed', error: { code: 'CALL_ABORTED' } });
    expect(await call(neighbour, 'count')).toMatchObject({ value: 2 });
  });
});

describe.runIf(process.platform === 'linux')('a cell process that is killed', () => {
  test.each([
    ['by the number that was told', (pid: number) => pid, /is gone: it was ended by SIGKILL$/],
    // What waits for it cannot die of the same signal by itself.
    [
      'by the number of the process itself',
      innerPid,
      /is gone: it (was ended by SIGKILL|ended with code 1)$/,
    ],
  ])('%s is reported with all its guests, and its successor serves', async (_how, numberOf, reason) => {
    await using harness = await openHarness(1);
    const prepared = await harness.script(source);
    const guests = [await harness.instantiate(prepared), await harness.instantiate(prepared)];
    const elsewhere = await harness.instantiate(prepared, { isolation: 'own' });
    const started = harness.events.find((event) => event.type === 'cell-started');
    process.kill(numberOf(started?.type === 'cell-started' ? (started.pid ?? 0) : 0), 'SIGKILL');
    const lost = {
      code: 'CELL_LOST',
      blame: 'host',
      message: expect.stringMatching(reason),
      details: { cell: 'shared#1' },
    };
    expect(await Promise.all(guests.map(({ closed }) => closed))).toEqual([lost, lost]);
    expect(await call(elsewhere, 'count')).toMatchObject({ value: 1 });
    expect(await call(await harness.instantiate(prepared), 'count')).toMatchObject({ value: 1 });
  });
});

describe.runIf(process.platform === 'linux')('a cell process that crashes', () => {
  // As the kernel ends it for a fault in native code, and as abort() does. A process of its own namespace takes neither from outside, so it
  // is the one around it that gets them where there is one.
  const signals = ['SIGSEGV', 'SIGABRT'] as const;

  test.each(
    signals.flatMap((signal) => (['shared', 'own'] as const).map((isolation) => ({ signal, isolation }))),
  )(
    'by $signal takes its guests along and nobody else: isolation "$isolation"',
    async ({ signal, isolation }) => {
      await using harness = await openHarness(1);
      const prepared = await harness.script(source);
      const guest = await harness.instantiate(prepared, { isolation, imports: neverAnswers });
      const started = harness.events.findLast(
        (event) => event.type === 'cell-started' && event.cell === guest.cell,
      );
      const elsewhere = await harness.instantiate(prepared, { isolation: 'own' });
      const [waiting] = guest.callAll([{ export: 'wait', args: ['[]'], deadlineMs: 60_000 }]);
      process.kill(started?.type === 'cell-started' ? (started.pid ?? 0) : 0, signal);
      expect(await waiting).toMatchObject({ outcome: 'failed', error: { code: 'CELL_LOST' } });
      expect(await guest.closed).toMatchObject({
        code: 'CELL_LOST',
        message: expect.stringMatching(new RegExp(`is gone: it was ended by ${signal}$`)),
      });
      expect(await call(elsewhere, 'count')).toMatchObject({ value: 1 });
      expect(await call(await harness.instantiate(prepared, { isolation }), 'count')).toMatchObject({
        value: 1,
      });
    },
  );
});

describe.runIf(process.platform === 'linux')('a cell whose guest may fill its heap', () => {
  test('and that ends otherwise is lost: the guest is not blamed', async () => {
    await using harness = await openHarness(1);
    const guest = await harness.instantiate(await harness.component(await fixture('collected.wat')));
    expect(await call(guest, 'answer')).toMatchObject({ value: 42 });
    const started = harness.events.findLast((event) => event.type === 'cell-started');
    process.kill(started?.type === 'cell-started' ? (started.pid ?? 0) : 0, 'SIGABRT');
    expect(await guest.closed).toMatchObject({ code: 'CELL_LOST', blame: 'host' });
  });
});

describe('a cell whose own heap overflows', () => {
  const program = encodeProgram({
    glue: `return async () => ({
      answer: async () => 42,
      bomb: async () => { const all = []; for (;;) { all.push('x'.repeat(2 ** 28) + all.length); all.at(-1).charCodeAt(0); } },
    });`,
    modules: {},
    imports: [],
    exports: ['answer', 'bomb'].map((name) => ({ name, function: name })),
  });
  const digest = sha256(program);

  test.each(isolations)(
    'goes, and host and neighbours stay: isolation "%s"',
    async (isolation) => {
      const events: SandboxEvent[] = [];
      await using pool = new CellPool({
        cells: 1,
        programBytes: async () => program,
        onEvent: (event) => events.push(event),
      });
      const start = (where: typeof isolation): Promise<Instance> =>
        pool.instantiate(
          {
            pluginId: parsePluginId('test.guest'),
            prepared: { digest, kind: 'component', imports: [], exports: ['answer', 'bomb'] },
            isolation: where,
            limits: defaultLimits,
            imports: {},
          },
          digest,
          new AbortController().signal,
        );
      const neighbour = await start('own');
      const bomb = await start(isolation);
      const [outcome] = bomb.callAll([{ export: 'bomb', args: [], deadlineMs: 60_000 }]);
      expect(await outcome).toMatchObject({ outcome: 'failed', error: { code: 'CELL_LOST' } });
      expect(await call(neighbour, 'answer')).toMatchObject({ value: 42 });
      expect(await call(await start(isolation), 'answer')).toMatchObject({ value: 42 });
    },
    60_000,
  );
});
