import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultBodyBytes, type Route } from '../../src/admin/route.ts';
import { routes } from '../../src/admin/routes.ts';
import { examples } from '../support/admin-requests.ts';
import { type AdminServer, json, startAdminServer } from '../support/admin-server.ts';

let server: AdminServer;
beforeAll(async () => {
  server = await startAdminServer({ requestsPerMinute: 100_000 });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Refused {
  readonly status: number;
  readonly code: string;
}

async function refusal(path: string, init?: RequestInit): Promise<Refused> {
  const response = await server.fetch(path, init);
  const body: unknown = await response.json();
  const { code }: { code?: unknown } = Object(body);
  return { status: response.status, code: String(code) };
}

const invalid = { status: 400, code: 'API_REQUEST_INVALID' };
const pathOf = ({ operation }: Route): string => (examples[operation]?.path ?? '').replace(/\?.*/, '');
const named = (which: readonly Route[]) => which.map((route) => [route.operation, route] as const);

describe('every route with a body', () => {
  test.each(named(routes.filter(({ body }) => body)))('%s refuses what does not fit', async (_, route) => {
    const { method } = route;
    const path = pathOf(route);
    server.asked.length = 0;
    const bodies = [
      '{',
      'null',
      '[]',
      '1',
      '"text"',
      '{"unknown_key":1}',
      '{"__proto__":{"x":1}}',
      '{"constructor":{"prototype":{"x":1}}}',
      `${'{"a":'.repeat(200_000)}`,
      `{"args":${'['.repeat(65)}${']'.repeat(65)}}`,
      JSON.stringify({ export: 1, args: {}, manifest: 1, artifact: 1, text: 1, permissions: 1, enabled: 1 }),
    ];
    for (const body of bodies)
      expect([body.slice(0, 40), await refusal(path, json(method, body))]).toEqual([
        body.slice(0, 40),
        invalid,
      ]);
    expect(await refusal(path, { method, headers: { 'content-type': 'application/json' } })).toEqual(invalid);
    expect(await refusal(path, { method, body: 'a=1', headers: { 'content-type': 'text/plain' } })).toEqual({
      status: 415,
      code: 'API_REQUEST_INVALID',
    });
    const tooLarge = `"${'x'.repeat((route.maxBodyBytes ?? defaultBodyBytes) + 1)}"`;
    expect(await refusal(path, json(method, tooLarge))).toEqual({
      status: 413,
      code: 'API_REQUEST_TOO_LARGE',
    });
    expect(server.asked).toEqual([]);
  });
});

describe('every route', () => {
  test.each(named(routes))('%s refuses a query it does not know', async (_, route) => {
    const init = examples[route.operation]?.init;
    expect(await refusal(`${pathOf(route)}?nothing=1`, init)).toEqual(invalid);
    expect(await refusal(`${pathOf(route)}?__proto__=1`, init)).toEqual(invalid);
  });

  test.each(named(routes.filter(({ path }) => path.includes('{'))))(
    '%s refuses a parameter that cannot be one',
    async (_, route) => {
      const init = examples[route.operation]?.init;
      const ask = (parameter: string) => refusal(route.path.replace(/\{[a-z]+\}/, parameter), init);
      expect(await ask('a'.repeat(129))).toEqual(invalid);
      expect((await ask('a'.repeat(5_000))).status).toBe(414);
      expect((await ask('%ff')).status).toBe(400);
    },
  );

  test.each(named(routes.filter(({ query }) => 'limit' in query.properties)))(
    '%s refuses a page that is none',
    async (_, route) => {
      for (const query of ['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'limit=1.5', 'plugin=']) {
        expect([query, await refusal(`${pathOf(route)}?${query}`)]).toEqual([query, invalid]);
      }
    },
  );

  test('has one method', async () => {
    expect(await refusal('/plugins/some.plugin/enable')).toMatchObject({ code: 'API_ROUTE_UNKNOWN' });
    const head = await server.fetch('/plugins', { method: 'HEAD' });
    const options = await server.fetch('/plugins', { method: 'OPTIONS' });
    expect([head.status, options.status, options.headers.get('access-control-allow-origin')]).toEqual([
      404,
      404,
      null,
    ]);
  });

  test('is told to keep nothing and show nothing', async () => {
    const { headers } = await server.fetch('/plugins');
    expect(Object.fromEntries([...headers].filter(([name]) => name in safety))).toEqual(safety);
  });
});

const safety: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

describe('what is not quite HTTP', () => {
  test.each([
    ['no host', 'GET /api/v1/plugins HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET /api/v1/plugins HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['nonsense', 'hello\r\n\r\n'],
    ['an endless header', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
    [
      'two lengths',
      'POST /api/v1/plugins HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
  ])('%s is refused and the next is served', async (_name, request) => {
    const { hostname, port } = new URL(server.admin.address);
    const socket = connect(Number(port), hostname);
    socket.end(request);
    // Whoever still sends when the answer comes loses it with the connection.
    const answer = await text(socket).catch((error: NodeJS.ErrnoException) => error.code);
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |ECONNRESET$|$)/);
    expect((await server.fetch('/health')).status).toBe(200);
  });
});
