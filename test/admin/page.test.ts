import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPage } from '../../src/admin/page.ts';
import { type AdminServer, startAdminServer } from '../support/admin-server.ts';

let server: AdminServer;
beforeAll(async () => {
  server = await startAdminServer({ prefix: '/ops/api' });
});
afterAll(() => server[Symbol.asyncDispose]());
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.admin.address + path, { headers });

test('the page is there for whoever asks, knows the prefix, and is asked for anew each time', async () => {
  const response = await get('/');
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await response.text()).toContain('content="/ops/api"');
});

test('its policy allows what comes from the server itself and nothing else', async () => {
  const policy = (await get('/')).headers.get('content-security-policy') ?? '';
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]);
});

test('assets are named by their content and kept for good', async () => {
  const index = await (await get('/')).text();
  const [, script = ''] = /src="\.(\/assets\/[^"]+\.js)"/.exec(index) ?? [];
  const response = await get(script);
  expect([
    response.status,
    response.headers.get('cache-control'),
    response.headers.get('content-type'),
  ]).toEqual([200, 'public, max-age=31536000, immutable', 'text/javascript; charset=utf-8']);
  expect(index).not.toMatch(/<script(?![^>]*src=)|<style|style="/);
});

test.each(['/assets/none.js', '/assets/..%2f..%2fpackage.json', '/assets/%2e%2e/index.html', '/index.html'])(
  'there is no %s',
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test('another name that leads here is refused the page too', async () => {
  const response = await get('/', { origin: 'http://evil.example' });
  expect(response.status).toBe(403);
});

test('what was not built is not there, and only files of the kinds a page has are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sbx-page-'));
  expect(await readPage('/api/v1', join(folder, 'none'))).toBeUndefined();
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), 'at {{api-prefix}}');
  await writeFile(join(folder, 'assets/a.js'), 'code');
  await writeFile(join(folder, 'assets/notes.txt'), 'text');
  const page = await readPage('/api/v1', folder);
  expect(page?.index).toBe('at /api/v1');
  expect([...(page?.assets.keys() ?? [])]).toEqual(['a.js']);
  await rm(folder, { recursive: true });
});
