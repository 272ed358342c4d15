import { get } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createHostCheck, type HostHeaders, hostNameOf, isLoopback } from '../../src/admin/host-check.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import { startAdminServer } from '../support/admin-server.ts';

const check = createHostCheck(['Box.example', 'proxy.example:8443']);

function outcome(headers: HostHeaders): 'served' | string {
  try {
    check(headers);
    return 'served';
  } catch (error) {
    return error instanceof SignalboxError ? error.code : String(error);
  }
}

const refused = 'API_HOST_REFUSED';

describe('the name a request is for', () => {
  test.each([
    ['127.0.0.1:7411', 'served'],
    ['localhost:7411', 'served'],
    ['LOCALHOST:8000', 'served'],
    ['localhost', 'served'],
    ['[::1]:7411', 'served'],
    ['box.example', 'served'],
    ['box.example:443', 'served'],
    ['proxy.example:8443', 'served'],
    ['proxy.example', refused],
    ['proxy.example:80', refused],
    ['evil.example:7411', refused],
    ['localhost.evil.example:7411', refused],
    ['evil.example/localhost', refused],
    ['evil@localhost', refused],
    ['localhost:7411:7411', refused],
    ['localhost:x', refused],
    ['127.0.0.1.nip.io', refused],
    ['127.1:7411', refused],
    ['0.0.0.0:7411', refused],
    ['[::ffff:127.0.0.1]:7411', refused],
    ['', refused],
    [undefined, refused],
  ])('%j is %s', (host, expected) => {
    expect(outcome({ host })).toBe(expected);
  });
});

describe('the page a request is from', () => {
  const host = 'localhost:7411';
  test.each([
    [{ origin: 'http://localhost:7411' }, 'served'],
    [{ origin: 'https://localhost:7411' }, 'served'],
    [{ origin: 'http://LOCALHOST:7411' }, 'served'],
    [{ origin: 'http://localhost:3000' }, refused],
    [{ origin: 'http://127.0.0.1:7411' }, refused],
    [{ origin: 'http://evil.example' }, refused],
    [{ origin: 'null' }, refused],
    [{ origin: '' }, refused],
    [{ origin: 'file://' }, refused],
    [{ origin: 'http://localhost:7411.evil.example' }, refused],
    [{ origin: 'http://localhost:7411, http://evil.example' }, refused],
    [{ 'sec-fetch-site': 'same-origin' }, 'served'],
    [{ 'sec-fetch-site': 'none' }, 'served'],
    [{ 'sec-fetch-site': 'same-site' }, refused],
    [{ 'sec-fetch-site': 'cross-site' }, refused],
  ])('%j is %s', (headers, expected) => {
    expect(outcome({ host, ...headers })).toBe(expected);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.0.1', false],
  ['localhost.example', false],
  ['', false],
])('%j is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test.each([
  ['10.0.0.5', '10.0.0.5'],
  ['box.example', 'box.example'],
  ['fd00::5', '[fd00::5]'],
  ['0.0.0.0', undefined],
  ['::', undefined],
  ['0:0:0:0:0:0:0:0', undefined],
])('what listens on %s is reached by %s', (host, expected) => {
  expect(hostNameOf(host)).toBe(expected);
});

test.each([
  ['localhost', 200],
  ['evil.example', 403],
  ['localhost.evil.example', 403],
])(
  'a request for %s answers %i, whatever address its name leads to and whatever token it has',
  async (host, expected) => {
    await using server = await startAdminServer();
    const { hostname, port } = new URL(server.admin.address);
    const paths = ['/', '/metrics', `${server.admin.prefix}/health`, `${server.admin.prefix}/plugins`];
    const statuses = paths.map(async (path) => {
      const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
      get(
        { hostname, port, path, headers: { ...server.headersOf('admin'), host: `${host}:${port}` } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      ).on('error', reject);
      return promise;
    });
    expect(await Promise.all(statuses)).toEqual(paths.map(() => expected));
  },
);

test('a page of somebody else reaches no route, with a token or without', async () => {
  await using server = await startAdminServer();
  const origin = 'http://evil.example';
  const statuses = [
    (await server.fetch('/plugins', { headers: { origin } })).status,
    (await server.fetch('/health', { headers: { origin } })).status,
    (await server.fetch('/plugins/some.plugin/disable', { method: 'POST', headers: { origin } })).status,
    (await server.fetch('/nowhere', { headers: { origin } })).status,
  ];
  expect([statuses, server.asked]).toEqual([[403, 403, 403, 403], []]);
});
