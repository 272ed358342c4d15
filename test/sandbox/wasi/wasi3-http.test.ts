import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Prepared } from '../../../src/ports/sandbox.ts';
import { localServer, rawServer } from '../../capabilities/http/server.ts';
import { call, type Harness, openHarness, returned } from '../harness.ts';
import { type GuestOptions, openGuest, run, wasiFixture } from './guests.ts';

let harness: Harness;
let requester: Prepared;
beforeAll(async () => {
  harness = await openHarness(1);
  requester = await harness.bytes(await wasiFixture('requester.wasm'));
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

/** Places of cases in `error-code` of `wasi:http`. */
const denied = 15;
const requestBodySize = 17;
const responseBodySize = 28;
const internal = 38;

const done = returned(undefined);

async function told(words: readonly string[], options: GuestOptions) {
  const { outcome, stdout, audit } = await run(harness, requester, words, options);
  return { outcome, stdout, audit: audit.filter((line) => !line.endsWith(' log')) };
}

test('a granted request is sent as asked, and status, headers and body of the answer arrive', async () => {
  await using server = await localServer({
    a: (request, response) => {
      response.sendDate = false;
      response.writeHead(201, { 'X-Found': 'yes' }).end(`hello ${request.headers['x-mine']}`);
    },
  });
  const authority = `127.0.0.1:${server.port}`;
  const permission = `net:request:${server.origin}`;
  expect(await told(['POST', authority, '/a?b=c', 'ping'], { permissions: [permission] })).toEqual({
    outcome: done,
    stdout: [
      'status 201',
      'x-found: yes',
      'connection: close',
      'transfer-encoding: chunked',
      'hello me',
      'bytes 8',
    ],
    audit: [`used ${permission}`],
  });
  expect(server.asked.map(({ line, body }) => [line, body])).toEqual([['POST /a?b=c', 'ping']]);
});

test("one that is not granted fails with the interface's own error, is audited, and nothing is connected", async () => {
  await using server = await localServer({});
  const end = await told(['POST', `127.0.0.1:${server.port}`, '/a', 'ping'], {});
  expect(end).toEqual({
    outcome: done,
    stdout: [`not sent ${denied}`, `error ${denied}`],
    audit: [`denied net:request:${server.origin}`],
  });
  expect(server.connections()).toBe(0);
});

test('two are under way at once, and are heard in any order', async () => {
  const { promise: isSecondAsked, resolve: secondAsked } = Promise.withResolvers<void>();
  await using server = await localServer({
    first: (_request, response) => void isSecondAsked.then(() => response.end('1')),
    second: (_request, response) => {
      response.end('22');
      secondAsked();
    },
  });
  const words = ['both', `127.0.0.1:${server.port}`, '/first', '/second'];
  const { outcome, stdout } = await told(words, { permissions: [`net:request:${server.origin}`] });
  expect({ outcome, stdout }).toEqual({
    outcome: done,
    stdout: ['status 200', 'bytes 2', 'status 200', 'bytes 1'],
  });
});

test('a redirect to an origin that is not granted is denied, and that origin hears nothing', async () => {
  await using other = await localServer({});
  await using server = await localServer({
    away: (_request, response) => response.writeHead(302, { Location: `${other.origin}/` }).end(),
    here: (_request, response) => response.writeHead(302, { Location: '/end' }).end(),
    end: (_request, response) => response.end('the end'),
  });
  const options = { permissions: [`net:request:${server.origin}`] };
  const authority = `127.0.0.1:${server.port}`;
  expect(await told(['count', authority, '/away'], options)).toEqual({
    outcome: done,
    stdout: [`not sent ${denied}`, `error ${denied}`],
    audit: [`used net:request:${server.origin}`, `denied net:request:${other.origin}`],
  });
  expect(other.connections()).toBe(0);
  expect((await told(['count', authority, '/here'], options)).stdout).toEqual(['status 200', 'bytes 7']);
});

describe('limits', () => {
  test('a body that never ends is broken off at the size of a response', async () => {
    await using server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
        const more = (): void => {
          while (socket.writable && socket.write(Buffer.alloc(16_384))) {}
        };
        socket.on('drain', more);
        more();
      });
    });
    const { outcome, stdout } = await told(['count', `127.0.0.1:${server.port}`, '/'], {
      permissions: [`net:request:${server.origin}`],
      limits: { response_bytes: 100_000 },
      deadlineMs: 30_000,
    });
    expect({ outcome, stdout }).toEqual({
      outcome: done,
      stdout: ['status 200', 'bytes 100000', `broken off ${responseBodySize}`],
    });
  });

  test('a server that says nothing more costs the call its deadline, and the guest waits meanwhile', async () => {
    await using server = await rawServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\nbegun'));
    });
    const permissions = [`net:request:${server.origin}`];
    const words = ['count', `127.0.0.1:${server.port}`, '/'];
    await using guest = await openGuest(harness, requester, { permissions, words });
    await using neighbour = await openGuest(harness, requester, { words: ['unread', '127.0.0.1:1', '/'] });
    const [waiting] = guest.instance.callAll([{ export: 'run.run', args: [], deadlineMs: 500 }]);
    expect(await call(neighbour.instance, 'run.run')).toEqual(done);
    expect(await waiting).toMatchObject({ outcome: 'failed', error: { code: 'CALL_DEADLINE' } });
    await using after = await openGuest(harness, requester, { words: ['unread', '127.0.0.1:1', '/'] });
    expect(after.instance.cell).toBe(neighbour.instance.cell);
  });

  test('one too many this second is told so', async () => {
    await using server = await localServer({ a: (_request, response) => response.end() });
    const words = ['both', `127.0.0.1:${server.port}`, '/a', '/a'];
    const { stdout } = await told(words, {
      permissions: [`net:request:${server.origin}`],
      limits: { net_ops_per_second: 1 },
    });
    expect(stdout).toEqual([`not sent ${internal}`, `error ${internal}`, 'status 200', 'bytes 0']);
  });

  test('a body larger than a message is refused, and nothing is connected', async () => {
    await using server = await localServer({});
    const words = ['POST', `127.0.0.1:${server.port}`, '/a', 'x'.repeat(2_000)];
    const { outcome, stdout } = await told(words, {
      permissions: [`net:request:${server.origin}`],
      limits: { message_bytes: 4_096 },
    });
    expect({ outcome, stdout }).toEqual({
      outcome: done,
      stdout: [`not sent ${requestBodySize}`, `error ${requestBodySize}`],
    });
    expect(server.connections()).toBe(0);
  });
});

describe('an answer gives back its connection and all that belongs to it', () => {
  test.each([
    ['that nobody reads', 'unread', ['dropped'], 20],
    ['whose body nobody reads', 'glance', ['glanced'], 20],
    ['that was read', 'count', ['status 200', 'bytes 2'], 520],
  ])(
    '%s',
    async (_what, deed, lines, times) => {
      await using server = await localServer({
        unread: (_request, response) => response.end('x'.repeat(1_000_000)),
        glance: (_request, response) => response.end('x'.repeat(1_000_000)),
        count: (_request, response) => response.end('ok'),
      });
      await using guest = await openGuest(harness, requester, {
        words: [deed, `127.0.0.1:${server.port}`, `/${deed}`],
        permissions: ['log', `net:request:${server.origin}`],
        limits: { net_ops_per_second: 10_000, net_connections: 2, log_lines_per_second: 10_000 },
      });
      for (let calls = 0; calls < times; calls += 1)
        expect(await call(guest.instance, 'run.run')).toEqual(done);
      expect(new Set(guest.wired.logs.map(({ message }) => message))).toEqual(new Set(lines));
      await expect.poll(() => server.open()).toBe(0);
    },
    120_000,
  );
});
