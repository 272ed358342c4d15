import { describe, expect, test } from 'vitest';
import { Channel } from '../../../src/sandbox/protocol/channel.ts';
import { MessageSplitter } from '../../../src/sandbox/protocol/message-splitter.ts';
import {
  headBytes,
  type Message,
  maxMessageBytes,
  writeMessage,
} from '../../../src/sandbox/protocol/messages.ts';
import { wire } from './wire.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface End {
  readonly channel: Channel;
  readonly got: { readonly message: string; readonly release: () => void }[];
  readonly broken: string[];
}

function openPair(): readonly [End, End] {
  const [left, right] = wire();
  const open = (transport: typeof left): End => {
    const got: End['got'] = [];
    const broken: string[] = [];
    const channel: Channel = new Channel(
      transport,
      {
        onMessage: (message) => {
          const { kind, instance, call, body } = message;
          got.push({
            message: `${kind} ${instance} ${call} ${body.length}`,
            release: () => channel.release(message),
          });
        },
        onBroken: ({ message }) => broken.push(message),
        onClose: () => {},
      },
      'microtask',
    );
    return { channel, got, broken };
  };
  return [open(left), open(right)];
}

describe('a channel', () => {
  test('keeps the order and puts a burst into one batch', async () => {
    const [left, right] = wire();
    let batches = 0;
    const kinds: string[] = [];
    right.onBytes((bytes) => {
      batches += 1;
      new MessageSplitter().push(bytes, ({ kind, call }) => kinds.push(`${kind} ${call}`));
    });
    const channel = new Channel(
      left,
      { onMessage: () => {}, onBroken: () => {}, onClose: () => {} },
      'microtask',
    );
    for (let call = 1; call <= 3; call += 1) channel.send('call', 1, call);
    await turn();
    expect({ batches, kinds }).toEqual({ batches: 1, kinds: ['call 1', 'call 2', 'call 3'] });
  });

  test('holds back what the other end has not worked off, and goes on when it has', async () => {
    const [sender, receiver] = openPair();
    const body = new Uint8Array(8 * 1024 * 1024 - 100);
    for (let call = 1; call <= 5; call += 1) sender.channel.send('call', 1, call, body);
    await turn();
    expect(receiver.got.length).toBe(3);
    expect(sender.channel.isDrained).toBe(false);
    for (const { release } of receiver.got) release();
    await sender.channel.drained();
    await turn();
    expect(receiver.got.map(({ message }) => message)).toEqual(
      [1, 2, 3, 4, 5].map((call) => `call 1 ${call} ${body.length}`),
    );
  });

  test('the largest message gets through an empty window', async () => {
    const [sender, receiver] = openPair();
    for (let call = 1; call <= 4; call += 1)
      sender.channel.send('call', 1, call, new Uint8Array(maxMessageBytes - headBytes));
    for (let received = 1; received <= 4; received += 1) {
      await turn();
      await turn();
      expect(receiver.got.length).toBe(received);
      receiver.got.at(-1)?.release();
    }
  });

  test('a peer that floods beyond its credit has broken the protocol', () => {
    const [left, right] = wire();
    const broken: string[] = [];
    new Channel(
      right,
      { onMessage: () => {}, onBroken: ({ message }) => broken.push(message), onClose: () => {} },
      'microtask',
    );
    const flood = Buffer.alloc(1024 * 1024);
    writeMessage(flood, 0, 'host-call', 1, 1, new Uint8Array(flood.length - headBytes));
    for (let sent = 0; sent < 30; sent += 1) left.send(flood);
    expect(broken).toEqual([expect.stringContaining('without credit')]);
  });

  test('credit cannot be made up', () => {
    const [left, right] = wire();
    const broken: string[] = [];
    new Channel(
      right,
      { onMessage: () => {}, onBroken: ({ message }) => broken.push(message), onClose: () => {} },
      'microtask',
    );
    const credit = Buffer.alloc(headBytes);
    writeMessage(credit, 0, 'credit', 0, 1_000, new Uint8Array(0));
    left.send(credit);
    expect(broken).toEqual([expect.stringContaining('made up')]);
  });
});

describe('a stream of messages', () => {
  const message = (call: number, size: number): Buffer => {
    const bytes = Buffer.alloc(headBytes + size, call);
    writeMessage(bytes, 0, 'call', 7, call, new Uint8Array(size).fill(call));
    return bytes;
  };

  test('costs what it holds, also when it comes byte by byte', () => {
    const splitter = new MessageSplitter();
    const start = Buffer.alloc(headBytes);
    start.writeUInt32LE(8 * 1024 * 1024, 0);
    splitter.push(start, () => {});
    const before = process.memoryUsage();
    const byte = Buffer.alloc(1);
    for (let sent = 0; sent < 2_000_000; sent += 1) splitter.push(byte, () => {});
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown).toBeLessThan(40 * 1024 * 1024);
  });

  test.each([1, 2, 5, 13, 64, 1_000])('is cut right in chunks of %i bytes', (chunkBytes) => {
    const stream = Buffer.concat([message(1, 0), message(2, 100), message(3, 3), message(4, 500)]);
    const splitter = new MessageSplitter();
    const got: Message[] = [];
    for (let start = 0; start < stream.length; start += chunkBytes) {
      splitter.push(stream.subarray(start, start + chunkBytes), (each) => got.push(each));
    }
    expect(got.map(({ kind, instance, call, body }) => [kind, instance, call, body.length])).toEqual([
      ['call', 7, 1, 0],
      ['call', 7, 2, 100],
      ['call', 7, 3, 3],
      ['call', 7, 4, 500],
    ]);
  });

  test.each([
    ['a length below the head', [1, 0, 0, 0]],
    ['a length of four gigabytes', [255, 255, 255, 255]],
    ['an unknown kind', [9, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('with %s is refused', (_what, bytes) => {
    expect(() => new MessageSplitter().push(Uint8Array.from(bytes), () => {})).toThrow('message');
  });
});
