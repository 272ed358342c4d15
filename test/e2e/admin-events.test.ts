import { connect } from 'node:net';
import process from 'node:process';
import { expect, test, vi } from 'vitest';
import type { Channel } from '../../src/core/ids.ts';
import { pluginId, startAdminServer } from '../support/admin-server.ts';
import { openEvents } from '../support/event-client.ts';

vi.setConfig({ testTimeout: 120_000 });

const readers = 49;
const rounds = 12;
const eventsPerRound = 40;
/** Of all events one client is sent 16 MB, more than the sockets between it and us hold. */
const payload = 'x'.repeat(32 * 1024);
/** A few pieces for each of fifty clients, and what the clients of this same process hold. */
const allowedGrowth = 48 * 1024 * 1024;

test('of fifty event streams one is never read: the others miss nothing and memory stays flat', async () => {
  await using server = await startAdminServer();
  const token = server.headersOf('read')['authorization']?.slice('Bearer '.length) ?? '';
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
  const head = `GET ${server.admin.prefix}/events?topics=event HTTP/1.1\r\nHost: localhost\r\n`;
  stuck.write(`${head}Authorization: Bearer ${token}\r\n\r\n`);

  const usedNow = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  const usedBefore = usedNow();
  let usedMost = 0;
  let number = 0;
  for (let round = 0; round < rounds; round++) {
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
    usedMost = Math.max(usedMost, usedNow());
  }
  const all = Array.from({ length: number }, (_, at) => at);
  for (const numbers of seen) expect(numbers).toEqual(all);
  expect(resets).toEqual(seen.map(() => 1));
  expect(usedMost - usedBefore).toBeLessThan(allowedGrowth);
  stuck.destroy();
  await Promise.all(clients.map((client) => client.close()));
});

test('a client that lost its connection goes on behind the last event it had', async () => {
  await using server = await startAdminServer();
  const token = server.headersOf('read')['authorization']?.slice('Bearer '.length) ?? '';
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
