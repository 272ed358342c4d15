import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { pluginId, wired } from '../wired.ts';
import { answerOf, ask, bodyOf, textOf } from './asking.ts';
import { localServer, rawServer } from './server.ts';

const refused = (error: unknown) => ({ outcome: 'refused', error });
const timeout = refused({ tag: 'timeout' });
const ended = { outcome: 'returned', value: new Uint8Array() };

/** A server whose responses the test writes. */
async function writtenByHand() {
  const responses: ServerResponse[] = [];
  const server = await localServer({
    a: (_request, response) => {
      responses.push(response.writeHead(200));
      response.flushHeaders();
    },
    silent: (_request, response) => responses.push(response),
  });
  return { server, responses };
}

describe('a request that takes too long is given up', () => {
  test('a name server that does not answer: 5 s', async () => {
    await using box = wired({
      permissions: ['net:request:https://api.example.com'],
      network: { resolve: () => new Promise(() => {}) },
    });
    const reply = ask(box, 'https://api.example.com/');
    box.clock.advance(5_000);
    expect(await reply).toEqual(timeout);
  });

  test('a handshake that does not end: 5 s', async () => {
    await using server = await rawServer((socket) => socket.resume());
    let dialled = false;
    await using box = wired({
      permissions: ['net:request:https://api.example.com'],
      network: {
        resolve: async () => ['93.184.216.34'],
        dial: () => {
          dialled = true;
          return connect(server.port, '127.0.0.1');
        },
      },
    });
    const reply = ask(box, 'https://api.example.com/');
    await vi.waitFor(() => expect([dialled, server.open()]).toEqual([true, 1]));
    box.clock.advance(5_000);
    expect(await reply).toEqual(timeout);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('a head that does not come: 10 s', async () => {
    const { server, responses } = await writtenByHand();
    await using _server = server;
    await using box = wired({ permissions: [`net:request:${server.origin}`] });
    const reply = ask(box, `${server.origin}/silent`);
    await vi.waitFor(() => expect(responses.length).toBe(1));
    box.clock.advance(9_999);
    expect(server.open()).toBe(1);
    box.clock.advance(1);
    expect(await reply).toEqual(timeout);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('a server that says nothing more while it is read: 10 s', async () => {
    const { server } = await writtenByHand();
    await using _server = server;
    await using box = wired({ permissions: [`net:request:${server.origin}`] });
    const { body } = await answerOf(box, `${server.origin}/a`);
    const reading = box.call('http.read-body', body, 10);
    await new Promise((next) => setImmediate(next));
    box.clock.advance(10_000);
    expect(await reading).toEqual(timeout);
    expect(await box.call('http.read-body', body, 10)).toEqual(timeout);
    await box.call('http.close', body);
    expect(await box.call('http.read-body', body, 10)).toEqual(ended);
  });

  test('a server that dribbles: 30 s in all', async () => {
    const { server, responses } = await writtenByHand();
    await using _server = server;
    await using box = wired({ permissions: [`net:request:${server.origin}`] });
    const { body } = await answerOf(box, `${server.origin}/a`);
    for (let time = 9_000; time < 30_000; time += 9_000) {
      box.clock.advance(9_000);
      responses[0]?.write('x');
      expect(await box.call('http.read-body', body, 10)).toEqual({
        outcome: 'returned',
        value: new Uint8Array([120]),
      });
    }
    box.clock.advance(3_000);
    expect(await box.call('http.read-body', body, 10)).toEqual(timeout);
    await vi.waitFor(() => expect(server.open()).toBe(0));
    expect(box.clock.waiting).toBe(0);
  });
});

describe('when the instance goes, its requests go', () => {
  test.each(['disposed', 'aborted'])('%s', async (how) => {
    const { server, responses } = await writtenByHand();
    await using _server = server;
    const instance = new AbortController();
    await using box = wired({ permissions: [`net:request:${server.origin}`], signal: instance.signal });
    const { body } = await answerOf(box, `${server.origin}/a`);
    const reading = box.call('http.read-body', body, 10);
    const asking = ask(box, `${server.origin}/silent`);
    await vi.waitFor(() => expect(responses.length).toBe(2));
    const sockets = responses.map(({ socket }) => socket && once(socket, 'close'));
    if (how === 'aborted') instance.abort();
    else await box[Symbol.asyncDispose]();
    const givenUp = refused({ tag: 'io', val: 'The request was given up' });
    expect(await Promise.all([reading, asking])).toEqual([givenUp, givenUp]);
    await Promise.all(sockets);
    expect([server.open(), box.clock.waiting]).toEqual([0, 0]);
  });

  test('and what it asks for afterwards connects to nothing', async () => {
    const { server } = await writtenByHand();
    await using _server = server;
    await using box = wired({ permissions: [`net:request:${server.origin}`], signal: AbortSignal.abort() });
    expect(await ask(box, `${server.origin}/a`)).toEqual(
      refused({ tag: 'io', val: 'The request was given up' }),
    );
    expect(server.connections()).toBe(0);
  });
});

describe('net_connections counts what is under way and what is open', () => {
  const tooMany = refused({ tag: 'too-many-connections' });

  test('and a place is free again when a body was read, closed or timed out', async () => {
    const { server, responses } = await writtenByHand();
    await using _server = server;
    await using box = wired({
      permissions: [`net:request:${server.origin}`],
      limits: { net_connections: 2, net_ops_per_second: 100 },
    });
    const url = `${server.origin}/a`;
    const first = await answerOf(box, url);
    const second = await answerOf(box, url);
    expect(await ask(box, url)).toEqual(tooMany);
    expect(box.telemetry).toEqual([
      {
        kind: 'limit',
        time: 1_000_000,
        plugin: pluginId,
        hit: { name: 'net_connections', reached: 3, allowed: 2 },
      },
    ]);

    await box.call('http.close', first.body);
    await answerOf(box, url);
    expect(await ask(box, url)).toEqual(tooMany);

    responses[1]?.end('done');
    expect((await bodyOf(box, second)).toString()).toBe('done');
    await answerOf(box, url);
    expect(await ask(box, url)).toEqual(tooMany);

    box.clock.advance(30_000);
    await Promise.all([answerOf(box, url), answerOf(box, url)]);
    expect(await ask(box, url)).toEqual(tooMany);
  });

  test('and requests that wait for their head', async () => {
    const { server, responses } = await writtenByHand();
    await using _server = server;
    await using box = wired({
      permissions: [`net:request:${server.origin}`],
      limits: { net_connections: 1 },
    });
    const waiting = ask(box, `${server.origin}/silent`);
    expect(await ask(box, `${server.origin}/a`)).toEqual(tooMany);
    await vi.waitFor(() => expect(responses.length).toBe(1));
    responses[0]?.end();
    await waiting;
    expect(await ask(box, `${server.origin}/a`)).toMatchObject({ outcome: 'returned' });
  });

  test('but not responses without a body', async () => {
    await using server = await localServer({
      a: (_request, response) => response.writeHead(204).end(),
      b: (_request, response) => response.writeHead(200, { 'Content-Length': '0' }).end(),
    });
    await using box = wired({
      permissions: [`net:request:${server.origin}`],
      limits: { net_connections: 1 },
    });
    for (const path of ['a', 'b', 'a', 'b']) await answerOf(box, `${server.origin}/${path}`);
    await answerOf(box, `${server.origin}/c`, { method: 'HEAD' });
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });
});

test('requests over the rate are refused, and telemetry hears of it once a second', async () => {
  await using server = await localServer({ a: (_request, response) => response.end('x') });
  await using box = wired({
    permissions: [`net:request:${server.origin}`],
    limits: { net_ops_per_second: 2 },
  });
  const url = `${server.origin}/a`;
  expect([await textOf(box, url), await textOf(box, url)]).toEqual(['x', 'x']);
  const rateLimited = refused({ tag: 'rate-limited' });
  for (let again = 0; again < 3; again++) expect(await ask(box, url)).toEqual(rateLimited);
  expect(await ask(box, 'nonsense')).toEqual(rateLimited);
  expect(await ask(box, 'https://not.granted.example/')).toEqual(rateLimited);
  const hit = { name: 'net_ops_per_second', reached: 3, allowed: 2 };
  expect(box.telemetry).toEqual([{ kind: 'limit', time: 1_000_000, plugin: pluginId, hit }]);
  box.clock.advance(1_000);
  expect([await textOf(box, url), await textOf(box, url)]).toEqual(['x', 'x']);
  expect(await ask(box, url)).toEqual(rateLimited);
  expect(box.telemetry.length).toBe(2);
});

test('the strict profile lets nobody out', async () => {
  await using server = await localServer({});
  await using box = wired({
    permissions: [`net:request:${server.origin}`],
    limits: { net_ops_per_second: 0, net_connections: 0, response_bytes: 0 },
  });
  expect(await ask(box, server.origin)).toEqual(refused({ tag: 'rate-limited' }));
  expect(server.connections()).toBe(0);
});
