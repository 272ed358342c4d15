import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditRecord } from '../../relays/audit.ts';
import { jco } from '../../src/build/jco.ts';
import { createRuntime } from '../../src/index.ts';

const repository = new URL('../../', import.meta.url);
const fixture = fileURLToPath(new URL('test/fixtures/net/fetcher', repository));

let folder: string;
/** A component is built as its author would, of the host's own WIT. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-net-'));
  await cp(fixture, folder, { recursive: true });
  await cp(fileURLToPath(new URL('wit', repository)), join(folder, 'wit/deps/signalbox-plugin'), {
    recursive: true,
  });
  const source = [
    'componentize',
    join(folder, 'fetcher.js'),
    '--wit',
    join(folder, 'wit'),
    '--world-name',
    'fetcher',
  ];
  const engine = ['--backend', 'qjs', '--backend-qjs-stub-wasi', '--backend-qjs-disable-async'];
  await jco(...source, ...engine, '--out', join(folder, 'fetcher.wasm'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a component reaches the server it was granted, with a secret it never sees, and no other', async () => {
  const heard: unknown[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    request.pipe(response.writeHead(200, { 'Content-Type': request.headers.authorization ?? '' }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  await writeFile(join(folder, 'token'), 'tok-2718281828\n');
  await writeFile(
    join(folder, 'app.toml'),
    `[[plugins.entries]]
id = "test.fetcher"
enabled = true
artifact_path = "."
permissions = ["net:request:${origin}"]
secrets.token = { from = "file:token", origins = ["${origin}"] }
`,
  );
  try {
    await using runtime = await createRuntime({ config: join(folder, 'app.toml'), cells: 1 });
    const audit: AuditRecord[] = [];
    runtime.relays.audit.subscribe((record) => audit.push(record));
    await runtime.settled();
    expect(runtime.plugins.get('test.fetcher')).toMatchObject({ state: 'Ready' });

    const ask = (url: string, body?: Uint8Array) =>
      runtime.plugins.call('test.fetcher', 'ask', [
        body ? 'POST' : 'GET',
        url,
        'Bearer {{secret:token}}',
        body,
      ]);
    expect([
      await ask(`${origin}/a?b=c`, new TextEncoder().encode('hello from inside')),
      await ask(`${origin}/`),
      await ask('http://127.0.0.1:1/'),
      await ask('http://169.254.169.254/latest/meta-data'),
      await ask('file:///etc/passwd'),
    ]).toEqual([
      '200 hello from inside',
      '200 ',
      'denied net:request:http://127.0.0.1:1',
      'denied net:request:http://169.254.169.254',
      'invalid-request The URL has a scheme other than https and http',
    ]);
    expect(heard).toEqual(['POST /a?b=c Bearer tok-2718281828', 'GET / Bearer tok-2718281828']);
    expect(audit.map(({ decision, method, permission }) => `${decision} ${method} ${permission}`)).toEqual([
      `granted undefined net:request:${origin}`,
      `used POST net:request:${origin}`,
      `used GET net:request:${origin}`,
      'denied GET net:request:http://127.0.0.1:1',
      'denied GET net:request:http://169.254.169.254',
    ]);
  } finally {
    await new Promise((closed) => server.close(closed));
  }
});

test('a secret that is missing is an error of that plugin, and says what to set', async () => {
  await writeFile(
    join(folder, 'app.toml'),
    `[[plugins.entries]]
id = "test.fetcher"
enabled = true
artifact_path = "."
permissions = ["net:request:https://api.example.com"]
secrets.token = { from = "env:SIGNALBOX_TEST_ABSENT", origins = ["https://api.example.com"] }
`,
  );
  await using runtime = await createRuntime({ config: join(folder, 'app.toml'), cells: 1 });
  await runtime.settled();
  expect(runtime.plugins.get('test.fetcher')).toMatchObject({
    state: 'Error',
    error: {
      code: 'SECRET_UNAVAILABLE',
      message:
        'Secret "token" of plugin "test.fetcher" is not set: the host has no variable SIGNALBOX_TEST_ABSENT',
      hint: 'Start the host with SIGNALBOX_TEST_ABSENT set',
    },
  });
});
