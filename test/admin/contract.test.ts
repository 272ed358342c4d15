import type { TSchema } from 'typebox';
import { Compile } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logLevels } from '../../relays/plugin-log.ts';
import { routes } from '../../src/admin/routes.ts';
import { examples } from '../support/admin-requests.ts';
import { type AdminServer, json, pluginId, startAdminServer } from '../support/admin-server.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Response>>;
}
interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: TSchema }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, TSchema>> };
}

let server: AdminServer;
let document: Document;
beforeAll(async () => {
  server = await startAdminServer();
  const { publishers } = server;
  publishers.pluginLog({ plugin: pluginId, time: 1, level: 'info', message: 'm', fields: { n: 1 } });
  publishers.audit({ plugin: pluginId, time: 1, decision: 'used', permission: 'log', rule: 'log' });
  publishers.telemetry({ kind: 'counter', time: 1, name: 'plugin.calls', plugin: pluginId, total: 1 });
  document = (await (await server.fetch('/openapi.json')).json()) as Document;
});
afterAll(() => server[Symbol.asyncDispose]());

const operation = (id: string): Operation | undefined =>
  Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .find(({ operationId }) => operationId === id);

describe('the OpenAPI document', () => {
  test('has an example request for each operation', () => {
    expect(Object.keys(examples).sort()).toEqual(routes.map((route) => route.operation).sort());
  });

  test.each(Object.entries(examples))('tells what %s answers', async (id, { path, init }) => {
    const aborting = new AbortController();
    const response = await server.fetch(path, { ...init, signal: aborting.signal });
    const promised = operation(id)?.responses[response.status];
    if (!promised) throw new Error(`${id} answered ${response.status}: ${await response.text()}`);
    if (response.status === 204) return expect(await response.text()).toBe('');
    const [mediaType = '', { schema } = { schema: {} }] = Object.entries(promised.content ?? {})[0] ?? [];
    expect(response.headers.get('content-type')).toContain(mediaType);
    if (id === 'streamEvents') return aborting.abort();
    const body: unknown = mediaType === 'application/json' ? await response.json() : await response.text();
    expect(Compile(schema).Errors(body)).toEqual([true, []]);
  });

  test('tells what a problem is', async () => {
    const response = await server.fetch('/plugins/nobody');
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem: unknown = await response.json();
    const schema = document.components.schemas['Problem'] ?? {};
    expect(Compile(schema).Errors(problem)).toEqual([true, []]);
    expect(problem).toEqual({
      type: 'urn:signalbox:error:PLUGIN_UNKNOWN',
      title: 'No entry of the config has this id',
      status: 404,
      detail: 'No plugin has the id "nobody"',
      code: 'PLUGIN_UNKNOWN',
      blame: 'host',
    });
  });
});

describe('what a request means', () => {
  test.each([
    ['callPlugin', 'call add(1, 2) of some.plugin'],
    ['registerPlugin', 'register id = 1 code some.plugin'],
    ['removePlugin', 'remove some.plugin'],
    [
      'patchEntry',
      `edit {"change":"several","edits":[{"change":"set-enabled","id":"some.plugin","enabled":false},{"change":"set-config","id":"some.plugin","key":"kept","value":1},{"change":"remove-config","id":"some.plugin","key":"gone"}]}`,
    ],
    ['grantPermissions', 'grant some.plugin log {"calls":3}'],
    ['revokePermissions', 'revoke some.plugin log'],
    ['approvePermissions', 'approve some.plugin'],
  ])('%s asks the runtime', async (id, asked) => {
    server.asked.length = 0;
    const example = examples[id];
    await server.fetch(example?.path ?? '', example?.init);
    expect(server.asked).toEqual([asked]);
  });

  test('everything is revoked by one word', async () => {
    server.asked.length = 0;
    const { path = '' } = examples['revokePermissions'] ?? {};
    const { status } = await server.fetch(path, json('POST', { permissions: 'all' }));
    expect([status, server.asked]).toEqual([200, ['revoke some.plugin all']]);
  });

  test('a plugin may have several files', async () => {
    server.asked.length = 0;
    const files = [
      { path: 'lib/a.ts', content: btoa('a') },
      { path: 'empty', content: '' },
    ];
    const upload = { manifest: 'id = 1', artifact: btoa('code'), files };
    const { status } = await server.fetch('/plugins', json('POST', upload));
    expect([status, server.asked]).toEqual([201, ['register id = 1 code lib/a.ts=a empty= some.plugin']]);
  });

  test('64 bit integers come as text, and nothing as null', async () => {
    const { path = '', init } = examples['callPlugin'] ?? {};
    expect(await (await server.fetch(path, init)).json()).toEqual({ result: { sum: '3' } });
  });

  test('the config is checked and nothing of it is looked at', async () => {
    const { path = '', init } = examples['checkConfig'] ?? {};
    expect(await (await server.fetch(path, init)).json()).toEqual({
      problem: expect.objectContaining({ code: 'CONFIG_SYNTAX' }),
      entries: [],
      rejected: [],
      warnings: [],
    });
  });

  test('an entry is told as it is written, its secrets by where they are', async () => {
    await using own = await startAdminServer();
    const lease = { permission: 'log', grantedAt: 1_000, calls: 3 };
    const entry = entryOf(pluginId, {
      permissions: ['metrics'],
      leases: [lease],
      approved: '0123456789abcdef',
      watch: { directories: ['waves'], debounceMs: 250 },
      secrets: {
        key: { from: { kind: 'env', name: 'PATH' }, origins: ['https://a.example'] },
        token: { from: { kind: 'file', path: 'token.txt' }, origins: ['https://b.example'] },
      },
    });
    own.publishers.pluginsConfigReplay({ phase: 'known', document: documentOf([entry]) });
    const answer = (await (await own.fetch('/config')).json()) as { document: { entries: unknown[] } };
    expect(answer.document.entries).toEqual([
      {
        id: pluginId,
        enabled: true,
        artifactPath: pluginId,
        permissions: ['metrics'],
        leases: [lease],
        approved: '0123456789abcdef',
        policy: 'default',
        config: {},
        watch: { directories: ['waves'], debounceMs: 250 },
        limits: {},
        isolation: 'shared',
        onReloadFailure: 'keep',
        secrets: {
          key: { from: 'env:PATH', origins: ['https://a.example'] },
          token: { from: 'file:token.txt', origins: ['https://b.example'] },
        },
      },
    ]);
  });

  test('logs are filtered by level, and go on behind what was read', async () => {
    await using own = await startAdminServer();
    const say = (level: (typeof logLevels)[number]) =>
      own.publishers.pluginLog({ plugin: pluginId, time: 1, level, message: level, fields: {} });
    const read = async (query: string) => {
      const page = (await (await own.fetch(`/logs?${query}`)).json()) as {
        records: { message: string }[];
        next: string;
        isGap: boolean;
      };
      return { ...page, records: page.records.map(({ message }) => message) };
    };
    for (const level of logLevels) say(level);
    expect((await read('level=warn')).records).toEqual(['warn', 'error']);
    expect((await read('plugin=other')).records).toEqual([]);
    const { records, next } = await read('limit=2');
    expect(records).toEqual(['warn', 'error']);
    say('info');
    expect(await read(`after=${next}`)).toMatchObject({ records: ['info'], isGap: false });
    expect(await read('after=00000000-1&limit=1')).toMatchObject({ records: ['info'], isGap: true });
  });

  test('what broke in the host is told to the host and not to the client', async () => {
    const response = await server.fetch('/plugins/some.plugin/call', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"export":"bug"}',
    });
    const text = await response.text();
    expect([response.status, text.includes('secret'), server.faults]).toEqual([
      500,
      false,
      [expect.objectContaining({ message: 'secret of the host' })],
    ]);
  });

  test('a full mailbox says when to ask again', async () => {
    const response = await server.fetch('/plugins/some.plugin/call', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"export":"full"}',
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('a client that goes away aborts its call', async () => {
    const aborting = new AbortController();
    server.asked.length = 0;
    const waiting = server.fetch('/plugins/some.plugin/call', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"export":"wait"}',
      signal: aborting.signal,
    });
    await expect.poll(() => server.asked).toHaveLength(1);
    aborting.abort();
    await expect(waiting).rejects.toThrow();
    await expect.poll(() => server.asked.at(-1)).toBe('aborted');
  });
});
