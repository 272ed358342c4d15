import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSecretMask } from '../../../src/capabilities/http/secret-mask.ts';
import type { SecretReferences } from '../../../src/config/secrets.ts';
import { SignalboxError } from '../../../src/core/errors.ts';
import { pluginId, temporaryFolder, wired } from '../wired.ts';
import { answerOf, ask, bodyOf, headerOf, textOf } from './asking.ts';
import { type LocalServer, localServer } from './server.ts';

const refused = (error: unknown) => ({ outcome: 'refused', error });
const variable = 'SIGNALBOX_TEST_TOKEN';
const value = 'tok-3141592653';

const fromEnv = (...servers: readonly LocalServer[]): SecretReferences => ({
  token: { from: { kind: 'env', name: variable }, origins: servers.map(({ origin }) => origin) },
});

/** Sets the variable as long as it is held. */
function environment(text: string | undefined): Disposable {
  if (text === undefined) delete process.env[variable];
  else process.env[variable] = text;
  return { [Symbol.dispose]: () => void delete process.env[variable] };
}

/** Sends back what it got, as servers under test like to. */
function echoing(): Promise<LocalServer> {
  return localServer({
    echo: (request, response) =>
      response
        .writeHead(200, { 'X-Echo': request.headers.authorization ?? '' })
        .end(`<${request.headers.authorization}>${JSON.stringify(request.headers)}`),
    bounce: (request, response) =>
      response.writeHead(302, { Location: `/echo?leak=${request.headers.authorization}` }).end(),
    away: (request, response) =>
      response.writeHead(307, { Location: decodeURIComponent(request.url?.split('?')[1] ?? '') }).end(),
  });
}

const authorization = {
  Authorization: 'Bearer {{secret:token}}',
  'x-key': '{{secret:token}}/{{secret:token}}',
};

test('a secret is filled in on the way out, and blanked on the way back', async () => {
  using _variable = environment(value);
  await using server = await echoing();
  await using box = wired({ permissions: [`net:request:${server.origin}`], secrets: fromEnv(server) });
  const answer = await answerOf(box, `${server.origin}/echo`, { headers: authorization });
  expect([server.asked[0]?.headers.authorization, server.asked[0]?.headers['x-key']]).toEqual([
    `Bearer ${value}`,
    `${value}/${value}`,
  ]);
  expect(headerOf(answer, 'x-echo')).toBe(`Bearer ${'*'.repeat(value.length)}`);
  const text = (await bodyOf(box, answer, 3)).toString();
  expect(text.startsWith(`<Bearer ${'*'.repeat(value.length)}>`)).toBe(true);
  expect(text).not.toContain(value);
});

test('a secret is in nothing that is told: no URL, no error, no audit, no log, no telemetry', async () => {
  using _variable = environment(value);
  await using server = await echoing();
  await using box = wired({
    permissions: [`net:request:${server.origin}`],
    secrets: fromEnv(server),
    limits: { response_bytes: 10, net_ops_per_second: 4 },
  });
  const headers = authorization;
  const told: unknown[] = [await answerOf(box, `${server.origin}/bounce`, { headers })];
  expect(server.asked[1]?.line).toContain(value);
  for (const url of [
    `${server.origin}/echo`,
    `${server.origin}/away?http://elsewhere.example/`,
    'https://other.example/',
  ])
    told.push(await ask(box, url, { headers }), await box.call('http.read-body', 1n, 100));
  told.push(box.audit, box.logs, box.events, box.telemetry, box.delivered, box.wiring);
  const text = JSON.stringify(told, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}` : part));
  expect(text).not.toContain(value);
});

test('a secret goes to the origins it is bound to alone', async () => {
  using _variable = environment(value);
  await using bound = await echoing();
  await using other = await echoing();
  await using box = wired({
    permissions: [`net:request:${bound.origin}`, `net:request:${other.origin}`],
    secrets: fromEnv(bound),
  });
  const permission = `net:request:${other.origin}`;
  const rule = `Secret "token" is bound to "${bound.origin}" alone`;
  expect(await ask(box, `${other.origin}/echo`, { headers: authorization })).toEqual(
    refused({ tag: 'denied', val: { permission, rule } }),
  );
  expect(box.audit).toEqual([
    { plugin: pluginId, time: 1_000_000, decision: 'denied', permission, rule, method: 'GET' },
  ]);
  expect(other.connections()).toBe(0);
});

test('a secret does not follow a redirect to another origin, not even to one it is bound to', async () => {
  using _variable = environment(value);
  await using server = await echoing();
  await using other = await echoing();
  await using box = wired({
    permissions: [`net:request:${server.origin}`, `net:request:${other.origin}`],
    secrets: fromEnv(server, other),
  });
  await textOf(box, `${server.origin}/away?${encodeURIComponent(`${other.origin}/echo`)}`, {
    headers: { 'x-key': 'k={{secret:token}}', 'x-plain': 'kept' },
  });
  expect(
    [server, other].map(({ asked }) => [asked[0]?.headers['x-key'], asked[0]?.headers['x-plain']]),
  ).toEqual([
    [`k=${value}`, 'kept'],
    [undefined, 'kept'],
  ]);
});

test('a name that the entry does not have is refused, and a placeholder elsewhere is text', async () => {
  using _variable = environment(value);
  await using server = await echoing();
  await using box = wired({ permissions: [`net:request:${server.origin}`], secrets: fromEnv(server) });
  for (const name of ['other', '', '__proto__', 'TOKEN'])
    expect(await ask(box, `${server.origin}/echo`, { headers: { a: `{{secret:${name}}}` } })).toEqual(
      refused({ tag: 'invalid-request', val: 'The entry has no secret of a name the headers use' }),
    );
  expect(server.connections()).toBe(0);
  await textOf(box, `${server.origin}/echo?{{secret:token}}`, { method: 'POST', body: '{{secret:token}}' });
  expect([server.asked[0]?.line, server.asked[0]?.body]).toEqual([
    'POST /echo?{{secret:token}}',
    '{{secret:token}}',
  ]);
});

test('a filled header counts with its length', async () => {
  using _variable = environment('x'.repeat(4_096));
  await using server = await echoing();
  await using box = wired({ permissions: [`net:request:${server.origin}`], secrets: fromEnv(server) });
  expect(await ask(box, `${server.origin}/echo`, { headers: { a: '{{secret:token}}'.repeat(8) } })).toEqual(
    refused({ tag: 'invalid-request', val: 'The headers are longer than 32768 bytes' }),
  );
});

describe('a secret in a file', () => {
  test.each([`${value}`, `${value}\n`, `${value}\r\n`])('%j', async (content) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'token'), content);
    await using server = await echoing();
    await using box = wired({
      permissions: [`net:request:${server.origin}`],
      secrets: { token: { from: { kind: 'file', path: 'token' }, origins: [server.origin] } },
      baseFolder: folder.path,
    });
    await textOf(box, `${server.origin}/echo`, { headers: authorization });
    expect(server.asked[0]?.headers.authorization).toBe(`Bearer ${value}`);
  });
});

describe('a secret that cannot be used keeps the plugin from loading, and is not shown', () => {
  const lines = 'A secret is one line of visible Latin-1 characters, at most 4096, without space around it';
  test.each([
    [
      'not set',
      undefined,
      `is not set: the host has no variable ${variable}`,
      `Start the host with ${variable} set`,
    ],
    ['empty', '', `is empty in the variable ${variable}`, lines],
    [
      'two lines',
      `${value}\n${value}`,
      `cannot be sent in a header as the variable ${variable} has it`,
      lines,
    ],
    ['space around', ` ${value}`, `cannot be sent in a header as the variable ${variable} has it`, lines],
    ['too long', value.repeat(400), `cannot be sent in a header as the variable ${variable} has it`, lines],
  ])('%s', (_name, text, problem, hint) => {
    using _variable = environment(text);
    const secrets: SecretReferences = {
      token: { from: { kind: 'env', name: variable }, origins: ['https://api.example.com'] },
    };
    expect(thrownBy(() => wired({ secrets }))).toEqual({
      code: 'SECRET_UNAVAILABLE',
      blame: 'user',
      message: `Secret "token" of plugin "waves.scanner" ${problem}`,
      hint,
    });
  });

  test.each(['/nowhere/token', '/dev/zero', '/'])('no file: %s', (path) => {
    const secrets: SecretReferences = {
      token: { from: { kind: 'file', path }, origins: ['https://api.example.com'] },
    };
    expect(thrownBy(() => wired({ secrets }))).toEqual({
      code: 'SECRET_UNAVAILABLE',
      blame: 'user',
      message: `Secret "token" of plugin "waves.scanner" cannot be read from the file "${path}"`,
      hint: 'Put a file of at most 4096 bytes there that the host may read; the path starts at the config file',
    });
  });
});

describe('a mask finds a secret in whatever pieces it comes', () => {
  const text = 'abab-token-tok-token!tokentoken tok';
  const clean = 'abab-*****-tok-*****!********** tok';
  test.each([1, 2, 3, 5, 7, 100])('of %i bytes', (size) => {
    const mask = createSecretMask(['token', 'tokentokentoken']);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < text.length; at += size)
      pieces.push(mask.next(Buffer.from(text.slice(at, at + size))));
    expect(Buffer.concat([...pieces, mask.rest()]).toString()).toBe(clean);
  });

  test('and holds back no more than what may be the start of one', () => {
    const mask = createSecretMask(['token']);
    expect(Buffer.from(mask.next(Buffer.from('data: x to'))).toString()).toBe('data: x ');
    expect(Buffer.from(mask.next(Buffer.from('day'))).toString()).toBe('today');
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    if (error instanceof SignalboxError) return error.toRecord();
    throw error;
  }
}
