import { expect, test } from 'vitest';
import { GuestHostCalls } from '../../../src/sandbox/cell/guest-host-calls.ts';
import { IncomingBody } from '../../../src/sandbox/cell/wasi/http-body.ts';
import { LogLines } from '../../../src/sandbox/cell/wasi/log-lines.ts';
import { Waiting } from '../../../src/sandbox/cell/wasi/poll.ts';
import { ResourceNumbers } from '../../../src/sandbox/cell/wasi/resource.ts';
import type { WasiHost } from '../../../src/sandbox/cell/wasi/wasi-host.ts';
import { Channel } from '../../../src/sandbox/protocol/channel.ts';
import { decodeValue } from '../../../src/sandbox/protocol/decode-value.ts';
import { encodeValue } from '../../../src/sandbox/protocol/encode-value.ts';
import type { Message } from '../../../src/sandbox/protocol/messages.ts';
import { wire } from '../protocol/wire.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const megabyte = 1024 * 1024;

/** A guest and a broker that has not worked off what came before. */
function behind() {
  const [left, right] = wire();
  const asked: (readonly [string, readonly unknown[]])[] = [];
  const notReleased: Message[] = [];
  const waits: number[] = [];
  const broker: Channel = new Channel(
    right,
    {
      onMessage: (message) => {
        notReleased.push(message);
        if (message.kind !== 'host-call') return;
        const [, fn, args] = decodeValue(message.body) as readonly [string, string, readonly unknown[]];
        asked.push([fn, args]);
        const answered = fn === 'wait' ? [] : [message.call, ...(fn === 'wake' ? waits.splice(0) : [])];
        if (fn === 'wait') waits.push(message.call);
        for (const call of answered) broker.send('reply', 1, call, encodeValue([false, undefined]));
      },
      onBroken: () => {},
      onClose: () => {},
    },
    'microtask',
  );
  const cell: Channel = new Channel(
    left,
    { onMessage: (message) => void calls.reply(message), onBroken: () => {}, onClose: () => {} },
    'microtask',
  );
  const calls = new GuestHostCalls({
    id: 1,
    channel: cell,
    maxBytes: megabyte,
    waits: () => {},
    fail: (error) => {
      throw error;
    },
  });
  const host: WasiHost = {
    maxBytes: megabyte,
    call: (name, fn, args) => calls.call(name, fn, args, false),
    start: (name, fn, args) => calls.call(name, fn, args, true),
    tell: (name, fn, args) => calls.tell(name, fn, args),
    get isBehind() {
      return calls.isBehind;
    },
    fail: () => {},
    lift: () => {},
    poll: () => {},
  };
  while (cell.isDrained) cell.send('returned', 1, 0, new Uint8Array(megabyte));
  return {
    host,
    asked: () => asked.map(([fn]) => fn),
    told: (wanted: string) => asked.flatMap(([fn, args]) => (fn === wanted ? [args] : [])),
    catchUp: async () => {
      await turn();
      for (const message of notReleased.splice(0)) broker.release(message);
      await turn();
    },
  };
}

test('a poll ends when what it waits for is there, though the broker was behind when it came', async () => {
  const { host, asked, catchUp } = behind();
  const { promise: changed, resolve: change } = Promise.withResolvers<void>();
  let isReady = false;
  const waited = new Waiting(host, () => 0n).forOne([{ isReady: () => isReady, changed: () => changed }]);
  isReady = true;
  change();
  await catchUp();
  expect(asked()).toEqual(['wait', 'wake']);
  await waited;
});

test('a body that is closed is closed, though the broker was behind', async () => {
  const { host, asked, catchUp } = behind();
  const context = { host, numbers: new ResourceNumbers(), waiting: new Waiting(host, () => 0n) };
  new IncomingBody(context, 7n)[Symbol.dispose]();
  await catchUp();
  expect(asked()).toEqual(['close']);
});

test('lines of the log are left out while the broker is behind, and counted', async () => {
  const { host, told, catchUp } = behind();
  const lines = new LogLines(host, 100);
  for (const line of ['one', 'two']) lines.write('info', line);
  await catchUp();
  lines.write('info', 'three');
  await catchUp();
  expect(told('log')).toEqual([['info', 'three', [{ key: 'dropped', value: '2' }]]]);
});
