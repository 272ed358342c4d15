import { describe, expect, test } from 'vitest';
import { redirectedRequest } from '../../../src/capabilities/http/redirect.ts';
import { type HttpRequest, readRequest } from '../../../src/capabilities/http/request.ts';
import { pluginId, wired } from '../wired.ts';
import { answerOf, ask, textOf } from './asking.ts';
import { type LocalServer, localServer } from './server.ts';

const refused = (error: unknown) => ({ outcome: 'refused', error });

/** Answers `/to?<status>&<url>` with that redirect, and `/end` with the end. */
function redirecting(): Promise<LocalServer> {
  return localServer({
    to: (request, response) => {
      const [, status = '', location = ''] = /\?(\d+)&(.*)$/.exec(request.url ?? '') ?? [];
      response.writeHead(Number(status), { Location: decodeURIComponent(location) }).end('not read');
    },
    end: (_request, response) => response.end('the end'),
  });
}

const to = (origin: string, status: number, location: string) =>
  `${origin}/to?${status}&${encodeURIComponent(location)}`;

test('redirects are followed, five at most', async () => {
  await using server = await redirecting();
  await using box = wired({
    permissions: [`net:request:${server.origin}`],
    limits: { net_ops_per_second: 100 },
  });
  const chain = (length: number): string =>
    length === 0 ? `${server.origin}/end` : to(server.origin, 302, chain(length - 1));
  const answer = await answerOf(box, chain(5));
  expect([answer.status, answer.url]).toEqual([200, `${server.origin}/end`]);
  expect(await ask(box, chain(6))).toEqual(refused({ tag: 'too-many-redirects' }));
  expect(await ask(box, `${server.origin}/to?302&${encodeURIComponent('?302&')}`)).toEqual(
    refused({ tag: 'too-many-redirects' }),
  );
});

test('each redirect costs a request of the rate', async () => {
  await using server = await redirecting();
  await using box = wired({
    permissions: [`net:request:${server.origin}`],
    limits: { net_ops_per_second: 2 },
  });
  const twice = to(server.origin, 302, to(server.origin, 302, '/end'));
  expect(await ask(box, twice)).toEqual(refused({ tag: 'rate-limited' }));
  expect(server.asked.length).toBe(2);
});

test('a redirect to an origin that is not granted is denied, and that origin hears nothing', async () => {
  await using server = await redirecting();
  await using other = await redirecting();
  const permission = `net:request:${server.origin}`;
  await using box = wired({ permissions: [permission] });
  const denied = `net:request:${other.origin}`;
  const reply = await ask(box, to(server.origin, 307, `${other.origin}/end?key=1`), {
    method: 'POST',
    body: 'x',
  });
  expect(reply).toMatchObject(refused({ tag: 'denied', val: { permission: denied } }));
  expect(other.connections()).toBe(0);
  expect(box.audit).toEqual([
    { plugin: pluginId, time: 1_000_000, decision: 'used', permission, rule: permission, method: 'POST' },
    {
      plugin: pluginId,
      time: 1_000_000,
      decision: 'denied',
      permission: denied,
      rule: expect.stringContaining('is granted for'),
      method: 'POST',
    },
  ]);
});

test('credentials do not follow to another origin, and do not come back', async () => {
  await using server = await redirecting();
  await using other = await redirecting();
  await using box = wired({
    permissions: [`net:request:${server.origin}`, `net:request:${other.origin}`],
  });
  const there = to(server.origin, 302, to(other.origin, 302, `${server.origin}/end`));
  const headers = { Authorization: 'Bearer mine', cookie: 'a=b', 'X-Mine': 'kept' };
  expect(await textOf(box, there, { headers })).toBe('the end');
  const seen = [...server.asked, ...other.asked].map(({ headers: sent }) => [
    sent.authorization,
    sent.cookie,
    sent['x-mine'],
  ]);
  expect(seen).toEqual([
    ['Bearer mine', 'a=b', 'kept'],
    [undefined, undefined, 'kept'],
    [undefined, undefined, 'kept'],
  ]);
});

describe('a redirect to where no request can go ends it', () => {
  test.each([
    ['http://', 'The server redirects to what is no URL'],
    ['file:///etc/passwd', 'The server redirects to a URL that has a scheme other than https and http'],
    [
      'gopher://127.0.0.1:6379/_FLUSHALL',
      'The server redirects to a URL that has a scheme other than https and http',
    ],
    ['//me:pw@api.example.com/', 'The server redirects to a URL that has a user name'],
  ])('%s', async (location, problem) => {
    await using server = await redirecting();
    await using box = wired({ permissions: [`net:request:${server.origin}`] });
    expect(await ask(box, to(server.origin, 302, location))).toEqual(refused({ tag: 'io', val: problem }));
  });
});

describe('method and body follow as Fetch has it', () => {
  const request = (method: string, body?: string): HttpRequest => {
    const reading = readRequest({
      method,
      url: 'https://a.example/x',
      headers: [
        { name: 'Content-Type', value: 'text/plain' },
        { name: 'accept', value: '*/*' },
      ],
      ...(body !== undefined && { body: new TextEncoder().encode(body) }),
    });
    if (reading.outcome === 'invalid') throw new Error(reading.problem);
    return reading.request;
  };

  test.each([
    [301, 'GET', undefined, 'GET', undefined],
    [301, 'POST', 'x', 'GET', undefined],
    [302, 'POST', 'x', 'GET', undefined],
    [302, 'PUT', 'x', 'PUT', 'x'],
    [303, 'PUT', 'x', 'GET', undefined],
    [303, 'DELETE', undefined, 'GET', undefined],
    [303, 'HEAD', undefined, 'HEAD', undefined],
    [307, 'POST', 'x', 'POST', 'x'],
    [308, 'PATCH', 'x', 'PATCH', 'x'],
  ])('%i after %s %s: %s %s', (status, method, body, nextMethod, nextBody) => {
    const next = redirectedRequest(request(method, body), { status, location: '/y#z' });
    expect({
      method: next?.method,
      body: next?.body && new TextDecoder().decode(next.body),
      url: next?.url.href,
    }).toEqual({
      method: nextMethod,
      body: nextBody,
      url: 'https://a.example/y',
    });
    const names = next?.headers.map(({ name }) => name);
    expect(names).toEqual(method === nextMethod ? ['Content-Type', 'accept'] : ['accept']);
  });

  test.each([200, 300, 304, 305, 306, 404])('%i is no redirect', (status) => {
    expect(redirectedRequest(request('GET'), { status, location: '/y' })).toBeUndefined();
  });

  test('a redirect without a location is an answer', () => {
    expect(redirectedRequest(request('GET'), { status: 302, location: undefined })).toBeUndefined();
  });
});
