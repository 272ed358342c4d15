import { describe, expect, test } from 'vitest';
import { IdempotencyKeys } from '../../src/admin/idempotency.ts';
import { sha256 } from '../../src/core/fingerprint.ts';
import { json, startAdminServer } from '../support/admin-server.ts';
import { problemIn } from '../support/problem-in.ts';

const answer = (status: number, body = '') => ({ status, headers: {}, body });
const asked = sha256('a request');

describe('an idempotency key', () => {
  test('lets a request be repeated and done once', async () => {
    await using server = await startAdminServer();
    const ask = async (key: string, body: unknown) => {
      const init = json('POST', body, { 'idempotency-key': key });
      const response = await server.fetch('/plugins/some.plugin/call', init);
      const { status, headers } = response;
      return [
        status,
        headers.get('idempotency-replayed'),
        ((await response.json()) as { code?: string }).code,
      ];
    };
    expect([
      await ask('one', { export: 'add' }),
      await ask('one', { export: 'add' }),
      await ask('one', { export: 'add', args: [1] }),
      await ask('two', { export: 'add' }),
      await ask('three', { export: 1 }),
      await ask('x'.repeat(256), { export: 'add' }),
    ]).toEqual([
      [200, null, undefined],
      [200, 'true', undefined],
      [422, null, 'API_KEY_REUSED'],
      [200, null, undefined],
      [400, null, 'API_REQUEST_INVALID'],
      [400, null, 'API_REQUEST_INVALID'],
    ]);
    expect(server.asked).toHaveLength(2);
  });

  test('that comes again while its request is under way is refused, and nothing is done twice', async () => {
    await using server = await startAdminServer();
    const going = new AbortController();
    const init = json('POST', { export: 'wait' }, { 'idempotency-key': 'slow' });
    const path = '/plugins/some.plugin/call';
    const first = server.fetch(path, { ...init, signal: going.signal });
    await expect.poll(() => server.asked).toHaveLength(1);
    const second = await server.fetch(path, init);
    expect([second.status, second.headers.get('retry-after'), await problemIn(second)]).toEqual([
      409,
      '1',
      expect.objectContaining({ code: 'API_KEY_BUSY' }),
    ]);
    const other = await server.fetch(path, json('POST', { export: 'add' }, { 'idempotency-key': 'slow' }));
    expect(await problemIn(other)).toMatchObject({ status: 422, code: 'API_KEY_REUSED' });
    going.abort();
    await expect(first).rejects.toThrow();
    // It goes on: whoever lost the answer may ask for it.
    expect([(await server.fetch(path, init)).status, server.asked]).toEqual([
      409,
      ['call wait() of some.plugin'],
    ]);
  });

  test('belongs to the token it came with', async () => {
    await using server = await startAdminServer();
    const init = { method: 'POST', headers: { 'idempotency-key': 'mine' } };
    const path = '/plugins/some.plugin/reload';
    const replayed = async (caller: 'admin' | 'write') =>
      (await server.fetch(path, init, caller)).headers.get('idempotency-replayed');
    expect([await replayed('admin'), await replayed('write'), await replayed('write')]).toEqual([
      null,
      null,
      'true',
    ]);
  });

  test('is busy while the first request is under way', async () => {
    const keys = new IdempotencyKeys({ now: () => 0 });
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof answer>>();
    const first = keys.once('me', 'k', asked, () => promise);
    await expect(keys.once('me', 'k', asked, () => promise)).rejects.toMatchObject({ code: 'API_KEY_BUSY' });
    resolve(answer(200));
    expect(await first).toEqual({ answer: answer(200), isRepeated: false });
    expect(await keys.once('me', 'k', asked, () => promise)).toMatchObject({ isRepeated: true });
  });

  test('keeps a refusal and forgets a failure', async () => {
    const keys = new IdempotencyKeys({ now: () => 0 });
    const once = async (key: string, status: number) =>
      (await keys.once('me', key, asked, async () => answer(status))).isRepeated;
    expect([await once('a', 422), await once('a', 422)]).toEqual([false, true]);
    expect([await once('b', 502), await once('b', 502)]).toEqual([false, false]);
    await expect(keys.once('me', 'c', asked, () => Promise.reject(new Error('bug')))).rejects.toThrow('bug');
    expect(await once('c', 200)).toBe(false);
  });

  test('is forgotten after a day, and when there are too many or too large ones', async () => {
    const clock = { time: 0, now: () => clock.time };
    const keys = new IdempotencyKeys(clock);
    const once = async (key: string, body = '') =>
      (await keys.once('me', key, asked, async () => answer(200, body))).isRepeated;
    await once('day');
    clock.time = 24 * 60 * 60 * 1_000;
    expect(await once('day')).toBe(false);
    for (let each = 0; each < 1_000; each++) await once(`many ${each}`.replace(' ', '-'));
    expect(await once('day')).toBe(false);
    await once('large', 'x'.repeat(8_000_001));
    expect(await once('later')).toBe(false);
    expect(await once('large')).toBe(false);
  });
});
