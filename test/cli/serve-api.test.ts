import { expect, test } from 'vitest';
import type { RelayLine } from '../../src/cli/relay-lines.ts';
import { serveApi } from '../../src/cli/serve-api.ts';
import { json, startAdminServer } from '../support/admin-server.ts';

test('a bug that a request meets is told to whoever runs the host, with its trace', async () => {
  await using server = await startAdminServer();
  const told: RelayLine[] = [];
  let address = '';
  const printer = {
    receive: () => {},
    suspend: () => ({ [Symbol.dispose]: () => {} }),
    announce: ({ api }: { readonly api: string }) => {
      address = api.replace(/,.*/, '');
    },
    tell: (line: RelayLine) => told.push(line),
    [Symbol.dispose]: () => {},
  };
  const { signal } = new AbortController();
  await using _served = await serveApi(server.runtime, printer, { signal, isSeen: false });
  const { headers, ...asked } = json('POST', { export: 'bug' }, server.headersOf('write'));
  const response = await fetch(`${address}/plugins/some.plugin/call`, { ...asked, headers: headers ?? {} });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
  expect(told).toEqual([
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
