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

/** A cell whose other side is played by the test. */
async function openFallenCell() {
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
  const say = (kind: MessageKind, instance: number, call: number, value?: unknown): void => {
    const body = value === undefined ? new Uint8Array(0) : bodyOf(kind, value);
    const message = Buffer.alloc(headBytes + body.length);
    writeMessage(message, 0, kind, instance, call, body);
    cellEnd.send(message);
  };
  const ordered = new Set<number>();
  cellEnd.onBytes((bytes) => {
    new MessageSplitter().push(
      bytes,
      ({ kind, instance }) => kind === 'instantiate' && ordered.add(instance),
    );
  });
  say('ready', 0, 0);
  const start = async (id: number): Promise<Instance> => {
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
    await vi.waitFor(() => expect(ordered).toContain(id));
    say('entered', id, 0);
    say('instantiated', id, 0, ['go']);
    return await started;
  };
  return { cell, say, start, reasons };
}

const noUsage = { fuel: 0, cpuMs: 0, memoryBytes: 0 };
const reports: readonly MessageKind[] = ['instantiated', 'returned', 'refused', 'failed'];
const bodyOf = (kind: MessageKind, value: unknown): Uint8Array =>
  reports.includes(kind) ? encodeReport(value, noUsage) : encodeValue(value);

const go = { export: 'go', args: [], deadlineMs: 5_000 };

describe('a cell that has fallen', () => {
  test.each<
    [string, (say: (kind: MessageKind, instance: number, call: number, value?: unknown) => void) => void]
  >([
    ['answers a call nobody made', (say) => say('returned', 2, 99, 1)],
    ['answers a call it has not entered', (say) => say('returned', 2, 2, 1)],
    ['enters a later call first', (say) => say('entered', 2, 2)],
    ['enters two calls at once', (say) => [say('entered', 2, 1), say('entered', 2, 2)]],
    ['speaks of an instance that does not exist', (say) => say('returned', 77, 1, 1)],
    ['announces an instance twice', (say) => say('instantiated', 2, 0, ['go'])],
    ['calls the host for a guest that does not run', (say) => say('host-call', 3, 1, ['a', 'b', []])],
    [
      'sends a host call of another shape',
      (say) => [say('entered', 2, 1), say('host-call', 2, 1, { call: 1 })],
    ],
    ['sends more than the limit', (say) => [say('entered', 2, 1), say('returned', 2, 1, 'x'.repeat(2_000))]],
    ['reports an error that is none of ours', (say) => say('failed', 2, 1, { code: 'EVIL', message: '' })],
    ['gives orders', (say) => say('destroy', 2, 0)],
    ['answers a beat that was not given', (say) => say('pong', 0, 5)],
    ['destroys what it was not told to', (say) => say('destroyed', 2, 0)],
  ])('and %s is killed', async (_what, misbehave) => {
    const { cell, say, start, reasons } = await openFallenCell();
    const instance = await start(2);
    await start(3);
    const outcomes = instance.callAll([go, go]);
    misbehave(say);
    expect(reasons).toEqual([expect.stringContaining('it broke the protocol')]);
    const closed = await instance.closed;
    expect(['CELL_BROKE_PROTOCOL', 'CELL_LOST']).toContain(closed?.code);
    for (const outcome of await Promise.all(outcomes)) expect(outcome.outcome).toBe('failed');
    expect(cell.load).toBe(0);
  });

  test('takes down its other guests as lost, not as guilty', async () => {
    const { say, start } = await openFallenCell();
    const guilty = await start(2);
    const innocent = await start(3);
    say('returned', 2, 99, 1);
    expect((await guilty.closed)?.code).toBe('CELL_BROKE_PROTOCOL');
    expect((await innocent.closed)?.code).toBe('CELL_LOST');
  });

  test('what it still says of a guest that was let go is not held against it', async () => {
    const { cell, say, start, reasons } = await openFallenCell();
    const instance = await start(2);
    instance.callAll([go]);
    await instance.close();
    say('entered', 2, 1);
    say('returned', 2, 1, 1);
    say('destroyed', 2, 0);
    expect(reasons).toEqual([]);
    cell.kill('the test is over');
  });
});

describe('the heartbeat', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  test('forgives a cell that answers late because a guest ran meanwhile', async () => {
    const { cell, say, start, reasons } = await openFallenCell();
    const instance = await start(2);
    vi.advanceTimersByTime(2_000);
    instance.callAll([go]);
    vi.advanceTimersByTime(2_000);
    say('returned', 2, 1, 1);
    say('pong', 0, 0);
    expect(reasons).toEqual([]);
    cell.kill('the test is over');
  });

  test('ends a cell that does not answer and has nothing to do', async () => {
    const { start, reasons } = await openFallenCell();
    await start(2);
    vi.advanceTimersByTime(8_000);
    expect(reasons).toEqual(['it is stuck']);
  });
});
