import { expect, test } from 'vitest';
import { type AdminServer, pluginId, startAdminServer } from '../support/admin-server.ts';
import { type EventClient, openEvents } from '../support/event-client.ts';

/** As many lines as are kept of the log, and some more. */
const beyondKept = 4_196;

const say = (server: AdminServer, message: string) =>
  server.publishers.pluginLog({ plugin: pluginId, time: 0, level: 'info', message, fields: {} });

function told({ events }: EventClient): readonly string[] {
  return events.map(({ event, data }) =>
    event === 'log' ? (JSON.parse(data) as { message: string }).message : event,
  );
}

async function lastIdOf(server: AdminServer): Promise<string> {
  const stream = await openEvents(server.admin, server.tokenOf('read'), 'topics=log');
  await expect.poll(() => stream.events.length).toBe(1);
  say(server, 'heard');
  await expect.poll(() => stream.events.length).toBe(2);
  await stream.close();
  return stream.events[1]?.id ?? '';
}

test('a client that comes back in time gets what it missed, in order and once', async () => {
  await using server = await startAdminServer();
  const lastEventId = await lastIdOf(server);
  const missed = Array.from({ length: 1_000 }, (_, each) => `missed ${each}`);
  for (const message of missed) say(server, message);
  const stream = await openEvents(server.admin, server.tokenOf('read'), 'topics=log', { lastEventId });
  await expect.poll(() => stream.events.length).toBe(1_000);
  say(server, 'next');
  await expect.poll(() => told(stream)).toEqual([...missed, 'next']);
  await stream.close();
});

test('a client whose place is gone is told so by a reset with the whole board, and goes on from there', async () => {
  await using server = await startAdminServer();
  const lastEventId = await lastIdOf(server);
  for (let each = 0; each < beyondKept; each++) say(server, `missed ${each}`);
  const stream = await openEvents(server.admin, server.tokenOf('read'), 'topics=log', { lastEventId });
  await expect.poll(() => stream.events.length).toBe(1);
  say(server, 'next');
  await expect.poll(() => told(stream)).toEqual(['reset', 'next']);
  expect(JSON.parse(stream.events[0]?.data ?? '')).toMatchObject({
    phase: 'known',
    plugins: [{ id: pluginId, state: 'Ready' }],
  });
  await stream.close();
});

test('what pushed a place out of one topic leaves it in the others', async () => {
  await using server = await startAdminServer();
  const lastEventId = await lastIdOf(server);
  for (let each = 0; each < beyondKept; each++) say(server, `missed ${each}`);
  server.publishers.audit({
    plugin: pluginId,
    time: 1,
    decision: 'denied',
    permission: 'log',
    rule: 'no grant',
  });
  const stream = await openEvents(server.admin, server.tokenOf('read'), 'topics=audit', { lastEventId });
  await expect.poll(() => told(stream)).toEqual(['audit']);
  await stream.close();
});
