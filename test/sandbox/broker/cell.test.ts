import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sha256 } from '../../../src/core/fingerprint.ts';
import { parsePluginId } from '../../../src/core/ids.ts';
import { defaultLimits } from '../../../src/permissions/limits.ts';
import type { Instance } from '../../../src/ports/sandbox.ts';
import { Cell } from '../../../src/sandbox/broker/cell.ts';
import { encodeValue } from '../../../src/sandbox/protocol/encode-value.ts';
import { MessageSplitter } from '../../../src/sandbox/protocol/message-splitter.ts';
import { headBytes, type MessageKind, writeMessage } from '../../../src/sandbox/protocol/messages.ts';
import { encodeReport } from '../../../src/sandbox/protocol/usage.ts';
import { never } from '../harness.ts';
import { wire } from '../protocol/wire.ts';

const digest = sha256('program');

type Say = (kind: MessageKind, instance: number, call: number, value?: unknown) => void;

/** A cell whose other side is played by the test. */
async function openFallenCell({ isReady = true } = {}) {
  const [brokerEnd, cellEnd] = wire();
  const gone = Promise.withResolvers<string>();
  const reasons: string[] = [];
  const cell = new Cell({
    label: 'fallen',
    host: {
      transport: brokerEnd,
      pid: undefined,
      tier: 'process',
      gone: gone.promise,
      kill: () => gone.resolve('killed'),
      hold: () => {},
    },
    programBytes: async () => new Uint8Array(3),
    onGone: (reason) => reasons.push(reason),
    isSuspect: () => false,
    onSuspect: () => {},
  });
  const say: Say = (kind, instance, call, value) => {
    const body = value === undefined ? new Uint8Array(0) : bodyOf(kind, value);
    const message = Buffer.alloc(headBytes + body.length);
    writeMessage(message, 0, kind, instance, call, body);
    cellEnd.send(message);
  };
  const ordered: number[] = [];
  const beats: number[] = [];
  const splitter = new MessageSplitter();
  cellEnd.onBytes((bytes) => {
    splitter.push(bytes, ({ kind, instance, call }) => {
      if (kind === 'instantiate') ordered.push(instance);
      if (kind === 'ping') beats.push(call);
    });
  });
  if (isReady) say('ready', 0, 0);
  /** Orders an instance; resolves when the cell has heard of it. */
  const order = async (): Promise<{ readonly id: number; readonly started: Promise<Instance> }> => {
    const before = ordered.length;
    const started = cell.instantiate(
      {
        pluginId: parsePluginId('test.guest'),
        prepared: { digest, kind: 'component', imports: [], exports: [] },
        isolation: 'own',
        limits: { ...defaultLimits, message_bytes: 1024 },
        imports: {},
      },
      digest,
      never,
    );
    started.catch(() => {});
    await turn();
    const id = ordered[before] ?? 0;
    return { id, started };
  };
  const start = async (): Promise<{ readonly id: number; readonly instance: Instance }> => {
    const { id, started } = await order();
    say('entered', id, 0);
    say('instantiated', id, 0, ['go']);
    return { id, instance: await started };
  };
  /** Lets beats pass, and answers each. */
  const beat = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      vi.advanceTimersByTime(2_000);
      await turn();
      for (const call of beats.splice(0)) say('pong', 0, call);
    }
  };
  return { cell, say, sayBytes: (bytes: Buffer) => cellEnd.send(bytes), order, start, reasons, beat };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const noUsage = { fuel: 0, cpuMs: 0, memoryBytes: 0 };
const reports: readonly MessageKind[] = ['instantiated', 'returned', 'refused', 'failed'];
const bodyOf = (kind: MessageKind, value: unknown): Uint8Array =>
  reports.includes(kind) ? encodeReport(value, noUsage) : encodeValue(value);

const go = { export: 'go', args: [], deadlineMs: 5_000 };

/** A head that announces what does not come. */
function head(size: number, kind: number, instance = 0, call = 0): Buffer {
  const bytes = Buffer.alloc(headBytes);
  bytes.writeUInt32LE(size, 0);
  bytes[4] = kind;
  bytes.writeUInt32LE(instance, 5);
  bytes.writeUInt32LE(call, 9);
  return bytes;
}

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
    [
      'sends a host call of another shape',
      ({ say, one }) => {
        say('entered', one, 1);
        say('host-call', one, 1, { call: 1 });
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

describe('the heartbeat', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  test('forgives a cell that answers late because a guest ran meanwhile', async () => {
    const { cell, say, start, reasons } = await openFallenCell();
    const { id, instance } = await start();
    vi.advanceTimersByTime(2_000);
    instance.callAll([go]);
    vi.advanceTimersByTime(2_000);
    say('returned', id, 1, 1);
    say('pong', 0, 0);
    expect(reasons).toEqual([]);
    cell.kill('the test is over');
  });

  test('ends a cell that does not answer and has nothing to do', async () => {
    const { start, reasons } = await openFallenCell();
    await start();
    vi.advanceTimersByTime(8_000);
    expect(reasons).toEqual(['it is stuck']);
  });

  test('has patience with a cell that starts, and ends one that does not', async () => {
    const { order, reasons } = await openFallenCell({ isReady: false });
    const { started } = await order();
    vi.advanceTimersByTime(30_000);
    expect(reasons).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(reasons).toEqual(['it did not start']);
    await expect(started).rejects.toMatchObject({ code: 'CELL_LOST' });
  });

  test('ends a cell that sends half a message', async () => {
    const { sayBytes, start, reasons } = await openFallenCell();
    await start();
    sayBytes(head(1_000, 35).subarray(0, 9));
    vi.advanceTimersByTime(8_000);
    expect(reasons).toEqual(['it is stuck']);
  });

  test('ends a cell that answers and enters no guest', async () => {
    const { start, reasons, beat, say } = await openFallenCell();
    const { id, instance } = await start();
    const { instance: waiting } = await start();
    // The first call of a cell without work counts as entered.
    const [first] = instance.callAll([go]);
    const [never] = waiting.callAll([go]);
    say('returned', id, 1, 1);
    expect(await first).toMatchObject({ outcome: 'returned' });
    await beat(5);
    expect(await never).toMatchObject({
      outcome: 'failed',
      error: { code: 'CELL_LOST', details: { entered: false } },
    });
    expect(reasons).toEqual(['it does not begin what it was given']);
  });

  test('ends a cell that answers and does not begin to instantiate', async () => {
    const { order, reasons, beat } = await openFallenCell();
    const { started } = await order();
    await beat(4);
    await expect(started).rejects.toMatchObject({ code: 'CELL_LOST' });
    expect(reasons).toEqual(['it does not begin what it was given']);
  });

  test('ends a cell that keeps one guest busy and another waiting', async () => {
    const { say, start, reasons, beat } = await openFallenCell();
    const favourite = await start();
    const { instance: starved } = await start();
    favourite.instance.callAll([go]);
    const [never] = starved.callAll([go]);
    say('returned', favourite.id, 1, 1);
    for (let call = 2; call < 40 && reasons.length === 0; call += 1) {
      favourite.instance.callAll([go]);
      say('entered', favourite.id, call);
      say('returned', favourite.id, call, 1);
      await beat(1);
    }
    expect(await never).toMatchObject({ outcome: 'failed', error: { code: 'CELL_LOST' } });
    expect(reasons).toEqual(['it kept a guest waiting for too long']);
  });

  test('leaves a cell alone that answers and has nothing to do', async () => {
    const { cell, start, reasons, beat } = await openFallenCell();
    await start();
    await beat(40);
    expect(reasons).toEqual([]);
    cell.kill('the test is over');
  });
});
