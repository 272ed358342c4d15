import { expect, test } from 'vitest';
import { GuestReports } from '../../../src/sandbox/cell/guest-reports.ts';
import { Channel } from '../../../src/sandbox/protocol/channel.ts';
import { encodeValue } from '../../../src/sandbox/protocol/encode-value.ts';
import { MessageSplitter } from '../../../src/sandbox/protocol/message-splitter.ts';
import { decodeReport } from '../../../src/sandbox/protocol/usage.ts';
import { wire } from '../protocol/wire.ts';

test('why a guest failed is told as it was, whatever its end encodes before', () => {
  const [brokerEnd, cellEnd] = wire();
  const told: unknown[] = [];
  const splitter = new MessageSplitter();
  brokerEnd.onBytes((bytes) => splitter.push(bytes, ({ body }) => told.push(decodeReport(body).value)));
  const listener = { onMessage: () => {}, onBroken: () => {}, onClose: () => {} };
  const channel = new Channel(cellEnd, listener, 'turn');
  const usage = { fuel: 1, cpuMs: 2, memoryBytes: 3 };
  const reports = new GuestReports({ id: 1, channel, maxBytes: 1_024, isExact: false }, () => usage);
  const error = { code: 'GUEST_TRAPPED', blame: 'plugin', message: 'It trapped' } as const;
  const tell = reports.failure(1, error);
  encodeValue('something else, said by what the guest still had under way');
  tell();
  expect(told).toEqual([{ code: 'GUEST_TRAPPED', message: 'It trapped' }]);
});
