import { connect } from 'node:net';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import type { Channel } from '../../src/core/ids.ts';
import { pluginId, startAdminServer } from '../support/admin-server.ts';
import { openEvents } from '../support/event-client.ts';

vi.setConfig({ testTimeout: 120_000 });

const readers = 49;
const rounds = 12;
const eventsPerRound = 40;
const linesPerRound = 100;
const payload = 'x'.repeat(8 * 1024);
/** Only the client that never reads wants these: 77 MB, far more than the sockets between it and us hold. */
const line = 'x'.repeat(64 * 1024);
/** What is kept for everybody, 16 MB of text at most, and the client that never reads has one piece of. */
const allowedGrowth = 32 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Memory that is held on to. */
function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('of fifty event streams one is never read: the others miss nothing and memory stays flat', async () => {
  await using server = await startAdminServer();
  const token = server.tokenOf('read');
  const seen = Array.from({ length: readers }, (): number[] => []);
  const resets = Array.from({ length: readers }, () => 0);
  const clients = await Promise.all(
    seen.map((numbers, at) =>
      openEvents(server.admin, token, 'topics=event', {
        receive: ({ event, data }) => {
          if (event === 'reset') resets[at] = (resets[at] ?? 0) + 1;
          else numbers.push((JSON.parse(data) as { payload: { number: number } }).payload.number);
        },
      }),
    ),
  );
  await expect.poll(() => resets).toEqual(seen.map(() => 1));
  const { hostname, port } = new URL(server.admin.address);
  const stuck = connect(Number(port), hostname).pause();
  const head = `GET ${server.admin.prefix}/events?topics=event,log HTTP/1.1\r\nHost: localhost\r\n`;
  stuck.write(`${head}Authorization: Bearer ${token}\r\n\r\n`);

  const usedBefore = memoryInUse();
  let number = 0;
  for (let round = 0; round < rounds; round++) {
    for (let each = 0; each < linesPerRound; each++) {
      server.publishers.pluginLog({ plugin: pluginId, time: 0, level: 'info', message: line, fields: {} });
    }
    for (let each = 0; each < eventsPerRound; each++, number++) {
      server.publishers.pluginEvent({
        kind: 'custom',
        plugin: pluginId,
        channel: 'numbers' as Channel,
        time: 0,
        payload: { number, payload },
      });
    }
    await expect
      .poll(() => seen.map(({ length }) => length), { timeout: 60_000 })
      .toEqual(seen.map(() => number));
  }
  const all = Array.from({ length: number }, (_, at) => at);
  for (const numbers of seen) expect(numbers).toEqual(all);
  expect(resets).toEqual(seen.map(() => 1));
  // What was written a moment ago is let go of in a turn or two.
  await expect.poll(() => memoryInUse() - usedBefore, { timeout: 10_000 }).toBeLessThan(allowedGrowth);
  stuck.destroy();
  await Promise.all(clients.map((client) => client.close()));
});

test('a client that lost its connection goes on behind the last event it had', async () => {
  await using server = await startAdminServer();
  const token = server.tokenOf('read');
  const say = (message: string) =>
    server.publishers.pluginLog({ plugin: pluginId, time: 0, level: 'info', message, fields: {} });
  const first = await openEvents(server.admin, token, 'topics=log');
  await expect.poll(() => first.events).toHaveLength(1);
  say('heard');
  await expect.poll(() => first.events).toHaveLength(2);
  await first.close();
  say('missed');
  const lastEventId = first.events[1]?.id ?? '';
  const second = await openEvents(server.admin, token, 'topics=log', { lastEventId });
  await expect.poll(() => second.events.map(({ data }) => data)).toEqual([expect.stringContaining('missed')]);
  await second.close();
});
