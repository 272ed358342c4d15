import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultBodyBytes, type Route } from '../../src/admin/route.ts';
import { routes } from '../../src/admin/routes.ts';
import { examples } from '../support/admin-requests.ts';
import { type AdminServer, json, startAdminServer } from '../support/admin-server.ts';
import { problemIn } from '../support/problem-in.ts';

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
  const { status, code } = await problemIn(response);
  return { status, code };
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

test.each([
  ['is cut off', { artifact: 'YWJ' }],
  ['is not base64', { artifact: 'a-b_' }],
  ['has a file without a name', { files: [{ path: '', content: '' }] }],
  ['has a file of its own that is cut off', { files: [{ path: 'a', content: 'YQ' }] }],
  ['has a file with more to it', { files: [{ path: 'a', content: '', mode: 511 }] }],
  ['has too many files', { files: Array(1_001).fill({ path: 'a', content: '' }) }],
])('an upload that %s is refused', async (_name, part) => {
  server.asked.length = 0;
  const upload = { manifest: 'id = 1', artifact: '', ...part };
  expect(await refusal('/plugins', json('POST', upload))).toEqual(invalid);
  expect(server.asked).toEqual([]);
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

  test.each(named(routes))('%s is asked by no other method, and told which there are', async (_, route) => {
    const own = routes.filter((each) => each.path === route.path).map((each) => each.method);
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
      (method) => !own.some((each) => each === method),
    );
    for (const method of others) {
      const response = await server.fetch(pathOf(route), { method });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, own.join(', ')]);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(await problemIn(response)).toMatchObject({ code: 'API_METHOD_REFUSED' });
    }
    expect((await server.fetch(pathOf(route), { method: 'HEAD' })).status).toBe(405);
  });

  test.each(['/nowhere', '/plugins/a/b/c', '/pluginsx', '/../metrics/x'])('there is no %s', async (path) => {
    expect(await refusal(path)).toEqual({ status: 404, code: 'API_ROUTE_UNKNOWN' });
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
  const head = 'GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n';
  test.each([
    ['no host', 'GET /api/v1/health HTTP/1.1\r\n\r\n', 400],
    ['two hosts', `${head}Host: evil.example\r\n\r\n`, 400],
    ['the same host twice', `${head}Host: localhost\r\n\r\n`, 400],
    ['nonsense', 'hello\r\n\r\n', 400],
    ['another protocol', '\u0016\u0003\u0001\u0002\u0000', 400],
    ['a header without an end', `${head}X: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
    ['a length and pieces', `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['a piece of no length', `POST${head.slice(3)}Transfer-Encoding: chunked\r\n\r\nz\r\n`, 400],
  ])('%s is refused with a problem, and the next is served', async (_name, request, expected) => {
    const { hostname, port } = new URL(server.admin.address);
    const socket = connect(Number(port), hostname);
    socket.end(request);
    const [answerHead = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(answerHead).toMatch(new RegExp(`^HTTP/1.1 ${expected} `));
    expect(answerHead.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status: expected, code: 'API_REQUEST_INVALID' });
    expect((await server.fetch('/health')).status).toBe(200);
  });

  test('a request of another age needs no host, and is refused for that', async () => {
    const { hostname, port } = new URL(server.admin.address);
    const socket = connect(Number(port), hostname);
    socket.end('GET /api/v1/health HTTP/1.0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /);
  });
});
