import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { routes } from '../../src/admin/routes.ts';
import type { TokenFile } from '../../src/store/token-file.ts';
import { openTokens } from '../../src/tokens.ts';
import { examples } from '../support/admin-requests.ts';
import { type AdminServer, type Caller, json, pluginId, startAdminServer } from '../support/admin-server.ts';
import { openEvents } from '../support/event-client.ts';
import { problemIn } from '../support/problem-in.ts';

let server: AdminServer;
beforeAll(async () => {
  server = await startAdminServer({ requestsPerMinute: 100_000 });
});
afterAll(() => server[Symbol.asyncDispose]());

const callers: readonly Caller[] = ['nobody', 'read', 'write', 'admin'];
const matrix = routes.flatMap(({ operation, scope }) =>
  callers.map((caller) => ({ operation, scope, caller, expected: expectedStatus(scope, caller) })),
);

function expectedStatus(scope: string, caller: Caller): 'served' | 401 | 403 {
  if (scope === 'public' || caller === 'admin' || caller === scope) return 'served';
  return caller === 'nobody' ? 401 : 403;
}

test('every route but health and the OpenAPI document needs a token', () => {
  const open = routes.filter(({ scope }) => scope === 'public').map(({ operation }) => operation);
  expect(open).toEqual(['getHealth', 'getOpenApi']);
});

test('whatever runs new code or widens what code may do needs the scope admin', () => {
  const privileged = routes.filter(({ scope }) => scope === 'admin').map(({ operation }) => operation);
  expect(privileged).toEqual([
    'registerPlugin',
    'removePlugin',
    'grantPermissions',
    'revokePermissions',
    'approvePermissions',
  ]);
});

describe('the matrix of routes and scopes', () => {
  test.each(matrix)('$operation ($scope) for $caller: $expected', async ({ operation, caller, expected }) => {
    const { path = '', init } = examples[operation] ?? {};
    const aborting = new AbortController();
    server.asked.length = 0;
    const response = await server.fetch(path, { ...init, signal: aborting.signal }, caller);
    const { status } = response;
    expect(status < 400 ? 'served' : status).toBe(expected);
    if (expected !== 'served') {
      expect((await problemIn(response)).code).toBe(
        status === 401 ? 'API_TOKEN_MISSING' : 'API_SCOPE_MISSING',
      );
      expect(server.asked).toEqual([]);
    } else if (operation === 'streamEvents') aborting.abort();
    else await response.arrayBuffer();
    if (status === 401) expect(response.headers.get('www-authenticate')).toBe('Bearer realm="signalbox"');
  });
});

describe('a token', () => {
  test.each([
    ['of nobody', `Bearer sbx_${'b'.repeat(43)}`],
    ['without its scheme', 'sbx_'],
    ['in another scheme', 'Basic YTpi'],
    ['that is empty', 'Bearer '],
    ['with more behind it', `Bearer sbx_${'b'.repeat(43)} x`],
  ])('%s is refused', async (_name, authorization) => {
    await using own = await startAdminServer();
    expect((await own.fetch('/plugins', { headers: { authorization } }, 'nobody')).status).toBe(401);
  });

  test('that was revoked counts no more', async () => {
    await using own = await startAdminServer();
    const tokens = openTokens(own.stateFolder);
    const [record] = (await tokens.list()).filter(({ name }) => name === 'read');
    expect((await own.fetch('/plugins', {}, 'read')).status).toBe(200);
    await tokens.revoke(record?.id ?? '');
    expect((await own.fetch('/plugins', {}, 'read')).status).toBe(401);
  });

  test('guessed too often from one address is told to wait, while a right one is served', async () => {
    await using own = await startAdminServer();
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess++) {
      statuses.push((await own.fetch('/plugins', {}, 'stranger')).status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const refused = await own.fetch('/plugins', {}, 'stranger');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await own.fetch('/plugins', {}, 'read')).status).toBe(200);
  });
});

describe('requests from one address', () => {
  test('are counted, and refused beyond their rate before anything is looked at', async () => {
    await using own = await startAdminServer({ requestsPerMinute: 2 });
    const ask = () => own.fetch('/plugins', {}, 'nobody');
    const answers = [await ask(), await ask(), await ask()];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 429]);
    const [first, , last] = answers;
    expect([first?.headers.get('ratelimit-limit'), first?.headers.get('ratelimit-remaining')]).toEqual([
      '2',
      '1',
    ]);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await last?.json()).toMatchObject({ code: 'API_RATE_LIMITED', status: 429 });
  });

  test('are counted where there is no route, too', async () => {
    await using own = await startAdminServer({ requestsPerMinute: 1 });
    const statuses = [(await own.fetch('/nowhere')).status, (await own.fetch('/nowhere')).status];
    expect(statuses).toEqual([404, 429]);
  });
});

describe('an open event stream', () => {
  /** Between two looks at the tokens of open streams. */
  const lookMs = 15_000;
  beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'Date'] }));
  afterEach(() => vi.useRealTimers());

  test.each<[string, (tokens: TokenFile, id: string) => unknown]>([
    ['was revoked', (tokens, id) => tokens.revoke(id)],
    ['has expired', () => vi.setSystemTime(Date.now() + 60_000)],
  ])('ends when its token %s, and the others go on', async (_name, end) => {
    await using own = await startAdminServer();
    const tokens = openTokens(own.stateFolder);
    const { token, record } = await tokens.create({
      name: 'leaves',
      scopes: ['read'],
      expiresAt: Date.now() + 30_000,
    });
    const leaving = await openEvents(own.admin, token, 'topics=log');
    const staying = await openEvents(own.admin, own.tokenOf('read'), 'topics=log');
    const say = (message: string) =>
      own.publishers.pluginLog({ plugin: pluginId, time: 0, level: 'info', message, fields: {} });
    say('before');
    await expect.poll(() => [leaving.events.length, staying.events.length]).toEqual([2, 2]);
    vi.advanceTimersByTime(lookMs);
    await end(tokens, record.id);
    vi.advanceTimersByTime(lookMs);
    await leaving.ended;
    say('after');
    await expect.poll(() => staying.events.length).toBe(3);
    expect(leaving.events).toHaveLength(2);
    expect((await own.fetch('/events', {}, 'write')).status).toBe(403);
    await staying.close();
  });

  test('of one token too many is refused until one is closed, and other tokens have theirs', async () => {
    await using own = await startAdminServer();
    const open = () => openEvents(own.admin, own.tokenOf('read'), 'topics=log');
    const streams = await Promise.all(Array.from({ length: 128 }, open));
    const refused = await own.fetch('/events', {}, 'read');
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, 15]);
    expect(await problemIn(refused)).toMatchObject({ code: 'API_RATE_LIMITED' });
    const other = await openEvents(own.admin, own.tokenOf('admin'), 'topics=log');
    await streams[0]?.close();
    await expect
      .poll(async () => {
        const again = await open();
        streams.push(again);
        return again.status;
      })
      .toBe(200);
    await Promise.all([other, ...streams].map((stream) => stream.close()));
  });
});

describe('the body of a request', () => {
  test('is not read before the token was', async () => {
    const response = await server.fetch('/plugins/some.plugin/call', json('POST', '{'), 'read');
    expect(response.status).toBe(403);
  });
});
