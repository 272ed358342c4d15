import { expect, test } from 'vitest';
import type { Served } from '../../src/cli/live-screen.ts';
import type { RelayLine } from '../../src/cli/relay-lines.ts';
import { serveApi } from '../../src/cli/serve-api.ts';
import { type AdminServer, json, startAdminServer } from '../support/admin-server.ts';

interface Serving extends AsyncDisposable {
  readonly served: Served;
  readonly told: readonly RelayLine[];
}

async function serving(server: AdminServer, cwd: string): Promise<Serving> {
  const told: RelayLine[] = [];
  let served: Served = { api: '' };
  const printer = {
    receive: () => {},
    suspend: () => ({ [Symbol.dispose]: () => {} }),
    announce: (where: Served) => {
      served = where;
    },
    tell: (line: RelayLine) => told.push(line),
    [Symbol.dispose]: () => {},
  };
  const { signal } = new AbortController();
  const held = await serveApi(server.runtime, printer, { signal, isSeen: false, cwd });
  return { served, told, [Symbol.asyncDispose]: async () => held?.[Symbol.asyncDispose]() };
}

test('a bug that a request meets is told to whoever runs the host, with its trace', async () => {
  await using server = await startAdminServer();
  await using own = await serving(server, '/');
  const address = own.served.api.replace(/,.*/, '');
  const { headers, ...asked } = json('POST', { export: 'bug' }, server.headersOf('write'));
  const response = await fetch(`${address}/plugins/some.plugin/call`, { ...asked, headers: headers ?? {} });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
  expect(own.told).toEqual([
    {
      time: expect.any(Number),
      source: 'api',
      label: 'fault',
      tone: 'bad',
      text: 'Error: secret of the host',
      more: expect.arrayContaining([expect.stringContaining('at ')]),
    },
  ]);
});

test.each([
  ['/app', ''],
  ['/', ' --config app/signalbox.toml'],
  ['/else where', ' --config /app/signalbox.toml'],
])('the command that signs in works where it is shown, in %s', async (cwd, more) => {
  await using server = await startAdminServer();
  expect(server.runtime.config.file).toBe('/app/signalbox.toml');
  await using own = await serving(server, cwd);
  expect(own.served.signIn).toBe(`signalbox token create --name dashboard --scope admin${more}`);
});
