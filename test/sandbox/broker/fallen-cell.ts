import { vi } from 'vitest';
import { sha256 } from '../../../src/core/fingerprint.ts';
import { parsePluginId } from '../../../src/core/ids.ts';
import { defaultLimits } from '../../../src/permissions/limits.ts';
import type { Instance } from '../../../src/ports/sandbox.ts';
import { Cell } from '../../../src/sandbox/broker/cell.ts';
import type { CellDeath } from '../../../src/sandbox/broker/cell-death.ts';
import { encodeValue } from '../../../src/sandbox/protocol/encode-value.ts';
import { MessageSplitter } from '../../../src/sandbox/protocol/message-splitter.ts';
import { headBytes, type MessageKind, writeMessage } from '../../../src/sandbox/protocol/messages.ts';
import { encodeReport } from '../../../src/sandbox/protocol/usage.ts';
import { never } from '../harness.ts';
import { wire } from '../protocol/wire.ts';

const digest = sha256('program');

export type Say = (kind: MessageKind, instance: number, call: number, value?: unknown) => void;

/** A cell whose other side is played by the test. */
export async function openFallenCell({
  isReady = true,
  processorMs = (): number | undefined => undefined,
} = {}) {
  const [brokerEnd, cellEnd] = wire();
  const gone = Promise.withResolvers<CellDeath>();
  const reasons: string[] = [];
  const cell = new Cell({
    label: 'fallen',
    host: {
      transport: brokerEnd,
      pid: undefined,
      tier: 'process',
      gone: gone.promise,
      kill: () => gone.resolve({ reason: 'killed', isHeapFull: false }),
      hold: () => {},
      processorMs: () => processorMs(),
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
        imports: { 'test:host/desk': { wait: () => new Promise<never>(() => {}) } },
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

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const noUsage = { fuel: 0, cpuMs: 0, memoryBytes: 0 };
const reports: readonly MessageKind[] = ['instantiated', 'returned', 'refused', 'failed'];
const bodyOf = (kind: MessageKind, value: unknown): Uint8Array =>
  reports.includes(kind) ? encodeReport(value, noUsage) : encodeValue(value);

export const go = { export: 'go', args: [], deadlineMs: 5_000 };

/** A head that announces what does not come. */
export function head(size: number, kind: number, instance = 0, call = 0): Buffer {
  const bytes = Buffer.alloc(headBytes);
  bytes.writeUInt32LE(size, 0);
  bytes[4] = kind;
  bytes.writeUInt32LE(instance, 5);
  bytes.writeUInt32LE(call, 9);
  return bytes;
}
