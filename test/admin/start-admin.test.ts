import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startAdmin } from '../../src/admin/start-admin.ts';
import { openTokens } from '../../src/tokens.ts';
import { type AdminServer, startAdminServer } from '../support/admin-server.ts';

let server: AdminServer;
beforeEach(async () => {
  server = await startAdminServer();
});
afterEach(() => server[Symbol.asyncDispose]());

describe('the admin API', () => {
  test.each(['', '/', 'api', '/api/', '/api//v1', '/api v1', '/{id}', '/:id', '/*'])(
    'is not served below %j',
    async (prefix) => {
      await expect(startAdmin(server.runtime, { port: 0, prefix })).rejects.toMatchObject({
        code: 'API_UNSERVED',
      });
    },
  );

  test('is served below another prefix, and its document says so', async () => {
    await using admin = await startAdmin(server.runtime, { port: 0, prefix: '/ops/box-1' });
    const answer = await fetch(`${admin.address}/ops/box-1/openapi.json`);
    const { paths } = (await answer.json()) as { paths: object };
    expect([answer.status, Object.keys(paths).filter((path) => !path.startsWith('/ops/box-1/'))]).toEqual([
      200,
      ['/metrics'],
    ]);
    expect((await fetch(`${admin.address}/api/v1/openapi.json`)).status).toBe(404);
  });

  test.each([
    ['a port that is taken', () => ({ port: Number(new URL(server.admin.address).port) })],
    ['a port that is none', () => ({ port: 70_000 })],
    ['an address that is not of this machine', () => ({ host: '192.0.2.1' })],
  ])('says that it cannot listen on %s', async (_name, options) => {
    await expect(startAdmin(server.runtime, { port: 0, ...options() })).rejects.toMatchObject({
      code: 'API_UNSERVED',
      hint: 'Choose another host or port in [api]',
    });
  });

  test('is refused to others than this machine while no token counts, and served with one', async () => {
    const tokens = openTokens(server.stateFolder);
    for (const { id } of await tokens.list()) await tokens.revoke(id);
    await tokens.create({ name: 'old', scopes: ['read'], expiresAt: Date.now() - 1 });
    for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
      await expect(startAdmin(server.runtime, { port: 0, host })).rejects.toMatchObject({
        code: 'API_UNSERVED',
        message: expect.stringContaining('there is no token'),
      });
    }
    await tokens.create({ name: 'new', scopes: ['read'] });
    await using admin = await startAdmin(server.runtime, { port: 0, host: '0.0.0.0' });
    const { port } = new URL(admin.address);
    expect((await fetch(`http://127.0.0.1:${port}${admin.prefix}/health`)).status).toBe(200);
  });
});
