import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { HostImports } from '../../src/ports/host-imports.ts';
import type { Prepared } from '../../src/ports/sandbox.ts';
import { isAlive } from '../support/processes.ts';
import { call, fixture, type Harness, openHarness, returned } from './harness.ts';

describe('cells', () => {
  let harness: Harness;
  let probe: Prepared;
  let counter: Prepared;
  let stubborn: Prepared;
  beforeAll(async () => {
    harness = await openHarness(1);
    stubborn = await harness.stubborn();
    probe = await harness.component(await fixture('probe.wat'));
    counter = await harness.script('(() => { let n = 0; return { count: () => (n += 1) }; })()');
  });
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
  });

  const pidOf = (cell: string): number => {
    const started = harness.events.findLast((event) => event.type === 'cell-started' && event.cell === cell);
    if (started?.type !== 'cell-started' || started.pid === undefined) throw new Error('No cell was started');
    return started.pid;
  };

  test('a guest that does not let go costs its cell, and the innocent can start again', async () => {
    const innocent = await harness.instantiate(counter);
    const guilty = await harness.instantiate(stubborn, { limits: { fuel_per_call: 1e15 } });
    expect(innocent.cell).toBe(guilty.cell);
    expect(await call(innocent, 'count')).toEqual(returned(1));
    const [spun] = guilty.callAll([{ export: 'take', args: [], deadlineMs: 100 }]);
    const waited = call(innocent, 'count');
    expect(await spun).toMatchObject({ outcome: 'failed', error: { code: 'CALL_DEADLINE' } });
    expect(await waited).toMatchObject({
      outcome: 'failed',
      error: { code: 'CELL_LOST', details: { entered: false } },
    });
    expect((await innocent.closed)?.code).toBe('CELL_LOST');
    const again = await harness.instantiate(counter);
    expect(await call(again, 'count')).toEqual(returned(1));
    await again.close();
  });

  test('a call that kills its guest in the middle of a burst is found, and no other is lost or done twice', async () => {
    const poisoned = await harness.script(`(() => {
      const done = [];
      return { handle(n) { if (n === 150) for (;;); done.push(n); }, done: () => done };
    })()`);
    const burst = Array.from({ length: 300 }, (_, n) => n);
    const outcomesOf = async (numbers: readonly number[]) => {
      const guest = await harness.instantiate(poisoned);
      const outcomes = await Promise.all(
        guest.callAll(numbers.map((n) => ({ export: 'handle', args: [n], deadlineMs: 300 }))),
      );
      return numbers.map((n, at) => ({ n, outcome: outcomes[at] }));
    };
    // As the mailbox does: what was not entered is sent again.
    const failed: number[] = [];
    const returnedOnce: number[] = [];
    let left: readonly number[] = burst;
    let lives = 0;
    while (left.length > 0 && lives < 5) {
      lives += 1;
      const again: number[] = [];
      for (const { n, outcome } of await outcomesOf(left)) {
        if (outcome?.outcome === 'returned') returnedOnce.push(n);
        else if (outcome?.outcome === 'failed' && outcome.error.details?.['entered'] === false) again.push(n);
        else failed.push(n);
      }
      left = again;
    }
    expect(failed).toEqual([150]);
    expect(returnedOnce).toEqual(burst.filter((n) => n !== 150));
    expect(lives).toBeLessThanOrEqual(3);
  });

  test('while one guest waits for the host, others in its cell go on', async () => {
    const answer = Promise.withResolvers<void>();
    const waiting = await harness.instantiate(probe, {
      imports: {
        'test:host/desk': {
          ask: async () => {
            await answer.promise;
            return { outcome: 'returned', value: 1 };
          },
        },
      },
    });
    const busy = await harness.instantiate(counter);
    const asked = call(waiting, 'probe.ask-host', 5);
    for (let n = 1; n <= 100; n += 1) expect(await call(busy, 'count')).toEqual(returned(n));
    answer.resolve();
    expect(await asked).toEqual(returned(1));
    await Promise.all([waiting.close(), busy.close()]);
  });

  test('a script that does not parse, or throws at its top level, says where', async () => {
    const instantiate = async (source: string) => await harness.instantiate(await harness.script(source));
    await expect(instantiate('(() => {\n  let a = ;\n})()')).rejects.toMatchObject({
      code: 'SCRIPT_INVALID',
      message: expect.stringContaining('SyntaxError'),
      details: { frames: [expect.stringContaining('guest.ts:2')] },
    });
    await expect(instantiate('(() => {\n  null.field;\n})()')).rejects.toMatchObject({
      code: 'SCRIPT_INVALID',
      message: expect.stringContaining("cannot read property 'field' of null"),
    });
    await expect(instantiate('42')).rejects.toMatchObject({ code: 'SCRIPT_INVALID' });
  });

  test('a script that may not read the clock is told so instead of trapping; wrong arguments name themselves', async () => {
    const denied = { permission: 'time:read', rule: 'the rule' };
    const imports: HostImports = {
      'signalbox:plugin/script-engine': { now: () => ({ outcome: 'refused', error: denied }) },
    };
    const guest = await harness.instantiate(
      await harness.script(`(() => {
        const host = globalThis[Symbol.for('signalbox')];
        const caught = (run) => { try { return run(); } catch (error) { return error.message; } };
        return {
          now: () => caught(() => Date.now()),
          level: () => caught(() => host['signalbox:plugin/log'].log('loud', 'x', [])),
          list: () => caught(() => host['signalbox:plugin/filesystem'].listDir(5)),
          promised: async () => 1,
        };
      })()`),
      { imports },
    );
    expect(await call(guest, 'now')).toEqual(returned('The time needs the permission "time:read": the rule'));
    expect(await call(guest, 'level')).toEqual(
      returned('log.log: argument 1: expected one of trace, debug, info, warn, error, got "loud"'),
    );
    expect(await call(guest, 'list')).toEqual(
      returned('filesystem.listDir: argument 1: expected a string, got 5'),
    );
    expect(await call(guest, 'promised')).toMatchObject({
      outcome: 'failed',
      error: {
        message:
          '"promised" threw TypeError: "promised" returned a promise; functions of a script are synchronous',
      },
    });
  });

  test('a top level that never ends is stopped at the init deadline', async () => {
    const endless = await harness.script('(() => { for (;;); })()');
    await expect(harness.instantiate(endless, { limits: { init_deadline_ms: 150 } })).rejects.toMatchObject({
      code: 'CALL_DEADLINE',
    });
  });

  test('an aborted start leaves nothing behind', async () => {
    const endless = await harness.script('(() => { for (;;); })()');
    const abort = new AbortController();
    const started = harness.instantiate(endless, { signal: abort.signal });
    await vi.waitFor(() => expect(harness.events.at(-1)?.type).toBe('cell-started'));
    abort.abort(new Error('enough'));
    await expect(started).rejects.toThrow();
  });

  test('two hundred guests of both kinds come and go, and nothing of them stays', async () => {
    const first = await harness.instantiate(counter);
    const pid = pidOf(first.cell);
    await first.close();
    for (let round = 0; round < 2; round += 1) {
      const guests = await Promise.all(
        Array.from({ length: 200 }, (_, n) => harness.instantiate(n % 2 === 0 ? counter : probe)),
      );
      const counted = await Promise.all(
        guests.map((guest, n) => call(guest, n % 2 === 0 ? 'count' : 'probe.count')),
      );
      expect(counted).toEqual(guests.map(() => returned(1)));
      await Promise.all(guests.map((guest) => guest.close()));
    }
    expect(isAlive(pid)).toBe(true);
  });

  test('closing the sandbox ends every process', async () => {
    const own = await openHarness(2);
    const prepared = await own.script('({ spin() { for (;;); } })');
    const guests = await Promise.all([
      own.instantiate(prepared),
      own.instantiate(prepared),
      own.instantiate(prepared, { isolation: 'own' }),
      own.instantiate(prepared, { isolation: 'thread' }),
    ]);
    const spinning = guests.map((guest) => call(guest, 'spin'));
    await own[Symbol.asyncDispose]();
    for (const outcome of await Promise.all(spinning)) expect(outcome.outcome).toBe('failed');
    const pids = own.events.flatMap((event) =>
      event.type === 'cell-started' && event.pid ? [event.pid] : [],
    );
    expect(pids.length).toBe(3);
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(own.instantiate(prepared)).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' });
  });
});
