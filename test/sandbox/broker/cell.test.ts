import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/permissions/limits.ts';
import { headBytes, writeMessage } from '../../../src/sandbox/protocol/messages.ts';
import { encodeReport } from '../../../src/sandbox/protocol/usage.ts';
import { go, head, openFallenCell, type Say } from './fallen-cell.ts';

interface Accomplice {
  readonly say: Say;
  readonly sayBytes: (bytes: Buffer) => void;
  /** Has two calls waiting. */
  readonly one: number;
  /** Does nothing. */
  readonly other: number;
}

describe('a cell that has fallen', () => {
  test.each<[string, (accomplice: Accomplice) => void]>([
    ['answers a call nobody made', ({ say, one }) => say('returned', one, 99, 1)],
    ['answers a call it has not entered', ({ say, one }) => say('returned', one, 2, 1)],
    [
      'answers calls out of order',
      ({ say, one }) => {
        say('entered', one, 1);
        say('returned', one, 2, 1);
      },
    ],
    ['enters a later call first', ({ say, one }) => say('entered', one, 2)],
    [
      'enters two calls at once',
      ({ say, one }) => {
        say('entered', one, 1);
        say('entered', one, 2);
      },
    ],
    [
      'answers a call twice',
      ({ say, one }) => {
        say('entered', one, 1);
        say('returned', one, 1, 1);
        say('returned', one, 1, 1);
      },
    ],
    [
      'speaks of an instance that does not exist',
      ({ say, one, other }) => say('returned', (one ^ other ^ 1) >>> 0, 1, 1),
    ],
    ['announces an instance twice', ({ say, one }) => say('instantiated', one, 0, ['go'])],
    [
      'calls the host for a guest that does not run',
      ({ say, other }) => say('host-call', other, 1, ['a', 'b', []]),
    ],
    ['says that a guest waits that does not run', ({ say, other }) => say('parked', other, 0)],
    ['says that a guest goes on that does not run', ({ say, other }) => say('resumed', other, 0)],
    [
      'sends a host call of another shape',
      ({ say, one }) => {
        say('entered', one, 1);
        say('host-call', one, 1, { call: 1 });
      },
    ],
    [
      'has more host calls under way than a guest may',
      ({ say, one }) => {
        say('entered', one, 1);
        for (let number = 1; number <= 257; number += 1)
          say('host-call', one, number, ['test:host/desk', 'wait', [], true]);
      },
    ],
    [
      'gives two host calls one number',
      ({ say, one }) => {
        say('entered', one, 1);
        say('host-call', one, 1, ['test:host/desk', 'wait', [], true]);
        say('host-call', one, 1, ['test:host/desk', 'wait', [], true]);
      },
    ],
    [
      'sends more than the limit',
      ({ say, one }) => {
        say('entered', one, 1);
        say('returned', one, 1, 'x'.repeat(2_000));
      },
    ],
    [
      'sends a value that is none',
      ({ say, sayBytes, one }) => {
        say('entered', one, 1);
        sayBytes(Buffer.concat([head(headBytes - 4 + 1, 35, one, 1), Buffer.of(0xee)]));
      },
    ],
    [
      'reports an error that is none of ours',
      ({ say, one }) => say('failed', one, 1, { code: 'EVIL', message: '' }),
    ],
    ['gives orders', ({ say, one }) => say('destroy', one, 0)],
    ['answers a beat that was not given', ({ say }) => say('pong', 0, 5)],
    ['is ready twice', ({ say }) => say('ready', 0, 0)],
    ['destroys what it was not told to', ({ say, one }) => say('destroyed', one, 0)],
    ['makes up credit', ({ say }) => say('credit', 0, 1_000)],
    ['gives credit for nothing', ({ say }) => say('credit', 0, 0)],
    ['announces no length', ({ sayBytes }) => sayBytes(head(0, 33))],
    ['announces a length over all limits', ({ sayBytes }) => sayBytes(head(0xffff_ffff, 35))],
    ['announces less than a head', ({ sayBytes }) => sayBytes(head(5, 35))],
    ['speaks of what nobody knows', ({ sayBytes }) => sayBytes(head(headBytes - 4, 200))],
  ])('and %s is killed', async (_what, misbehave) => {
    const { cell, say, sayBytes, start, reasons } = await openFallenCell();
    const { id: one, instance } = await start();
    const { id: other } = await start();
    const outcomes = instance.callAll([go, go]);
    misbehave({ say, sayBytes, one, other });
    expect(reasons).toEqual([expect.stringContaining('it broke the protocol')]);
    const closed = await instance.closed;
    expect(['CELL_BROKE_PROTOCOL', 'CELL_LOST']).toContain(closed?.code);
    for (const outcome of await Promise.all(outcomes)) expect(outcome.outcome).toBe('failed');
    expect(cell.load).toBe(0);
  });

  test('cannot put off a deadline by beginning a run again and again', async () => {
    const { say, start, reasons } = await openFallenCell();
    const { id, instance } = await start();
    const outcomes = instance.callAll([go, go]);
    say('returned', id, 1, 1);
    say('run', id, 2);
    expect(reasons).toEqual([]);
    say('run', id, 2);
    expect(reasons).toEqual([expect.stringContaining('it broke the protocol')]);
    expect((await Promise.all(outcomes)).map(({ outcome }) => outcome)).toEqual(['returned', 'failed']);
  });

  test('takes down its other guests as lost, not as guilty', async () => {
    const { say, start } = await openFallenCell();
    const guilty = await start();
    const innocent = await start();
    say('returned', guilty.id, 99, 1);
    expect((await guilty.instance.closed)?.code).toBe('CELL_BROKE_PROTOCOL');
    expect((await innocent.instance.closed)?.code).toBe('CELL_LOST');
  });

  test('what it still says of a guest that was let go is not held against it', async () => {
    const { cell, say, start, reasons } = await openFallenCell();
    const { id, instance } = await start();
    instance.callAll([go]);
    await instance.close();
    say('entered', id, 1);
    say('returned', id, 1, 1);
    say('destroyed', id, 0);
    expect(reasons).toEqual([]);
    cell.kill('the test is over');
  });

  test('gets no further than its guest with a host call that was not wired', async () => {
    const { cell, say, start, reasons } = await openFallenCell();
    const { id, instance } = await start();
    instance.callAll([go]);
    say('host-call', id, 1, ['signalbox:plugin/filesystem', 'read-file', ['/etc/passwd']]);
    expect(await instance.closed).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(reasons).toEqual([]);
    cell.kill('the test is over');
  });

  test('is not heard any more once it has sent more than its credit', async () => {
    const { sayBytes, start, reasons } = await openFallenCell();
    const { id } = await start();
    const flood = Buffer.alloc(1024 * 1024);
    writeMessage(flood, 0, 'host-call', id, 1, new Uint8Array(flood.length - headBytes));
    for (let sent = 0; sent < 100; sent += 1) sayBytes(flood);
    expect(reasons).toEqual([expect.stringContaining('it broke the protocol')]);
  });

  test.each(['returned', 'failed'] as const)(
    'cannot charge a guest more than a call that %s could use',
    async (end) => {
      const { cell, sayBytes, start } = await openFallenCell();
      const { id, instance } = await start();
      const [called] = instance.callAll([go]);
      const most = Number.MAX_SAFE_INTEGER;
      const value = end === 'failed' ? { code: 'GUEST_TRAPPED', message: 'no' } : 1;
      const body = encodeReport(value, { fuel: most, cpuMs: most, memoryBytes: most });
      const message = Buffer.alloc(headBytes + body.length);
      writeMessage(message, 0, end, id, 1, body);
      sayBytes(message);
      const { fuel_per_call: fuel, memory_bytes: memoryBytes } = defaultLimits;
      expect(await called).toMatchObject({ usage: { fuel, cpuMs: go.deadlineMs, memoryBytes } });
      cell.kill('the test is over');
    },
  );

  test('cannot guess the names of what lives in another', async () => {
    const one = await openFallenCell();
    const other = await openFallenCell();
    const started = [await one.start(), await one.start(), await other.start(), await other.start()];
    const ids = started.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(Math.max(...ids)).toBeGreaterThan(0xffff);
    for (const { cell } of [one, other]) cell.kill('the test is over');
  });
});
