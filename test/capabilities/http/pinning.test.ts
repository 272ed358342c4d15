import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { atMost } from '../../../src/capabilities/http/name-resolver.ts';
import type { NetworkOptions } from '../../../src/capabilities/http/network.ts';
import { wired } from '../wired.ts';
import { ask, textOf } from './asking.ts';
import { type LocalServer, localServer, rawServer } from './server.ts';

const pem = (name: string) => readFileSync(new URL(`../../fixtures/net/${name}`, import.meta.url), 'utf8');
const certificates = [pem('authority.pem')];
const secure = { key: pem('server-key.pem'), cert: pem('server.pem') };
const publicAddress = '93.184.216.34';

/** A network whose public address is a local server, and which remembers what it was asked. */
function standIn(server: LocalServer, resolved: readonly (readonly string[])[]) {
  const lookedUp: string[] = [];
  const dialled: string[] = [];
  const network: NetworkOptions = {
    certificates,
    resolve: async (name) => {
      lookedUp.push(name);
      return resolved[lookedUp.length - 1] ?? [];
    },
    dial: (addresses, port) => {
      dialled.push(`${addresses.join(' ')} ${port}`);
      return connect(server.port, '127.0.0.1');
    },
  };
  return { network, lookedUp, dialled };
}

test('a name is looked up once, and what was checked is what is dialled', async () => {
  await using server = await localServer({ a: (_request, response) => response.end('hello') }, secure);
  const { network, lookedUp, dialled } = standIn(server, [[publicAddress, '2606:4700::1111'], ['127.0.0.1']]);
  await using box = wired({ permissions: ['net:request:https://api.example.com'], network });
  expect(await textOf(box, 'https://api.example.com/a')).toBe('hello');
  expect({ lookedUp, dialled }).toEqual({
    lookedUp: ['api.example.com'],
    dialled: [`${publicAddress} 2606:4700::1111 443`],
  });
  expect(server.asked[0]?.headers.host).toBe('api.example.com');
});

test('a name that moves to this machine is denied at the next request', async () => {
  await using server = await localServer({ a: (_request, response) => response.end('hello') }, secure);
  const { network, dialled } = standIn(server, [[publicAddress], ['127.0.0.1']]);
  await using box = wired({ permissions: ['net:request:https://api.example.com'], network });
  expect(await textOf(box, 'https://api.example.com/a')).toBe('hello');
  expect(await ask(box, 'https://api.example.com/a')).toMatchObject({ error: { tag: 'denied' } });
  expect(dialled.length).toBe(1);
});

test('a name that moves to this machine is denied at a redirect to itself', async () => {
  await using server = await localServer(
    { a: (_request, response) => response.writeHead(302, { Location: '/b' }).end() },
    secure,
  );
  const { network, dialled } = standIn(server, [[publicAddress], ['::1']]);
  await using box = wired({ permissions: ['net:request:https://api.example.com'], network });
  expect(await ask(box, 'https://api.example.com/a')).toMatchObject({ error: { tag: 'denied' } });
  expect(dialled.length).toBe(1);
});

describe('a certificate must be trusted and name the host', () => {
  test.each([
    ['https://api.example.com', certificates, 'hello'],
    ['https://x.pages.example.com', certificates, 'hello'],
    ['https://127.0.0.1', certificates, 'hello'],
    ['https://other.example.com', certificates, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['https://api.example.com', [], 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('%s', async (origin, trusted, expected) => {
    await using server = await localServer({ a: (_request, response) => response.end('hello') }, secure);
    const { network } = standIn(server, [[publicAddress]]);
    await using box = wired({
      permissions: [`net:request:${origin}`],
      network: { ...network, certificates: trusted },
    });
    const said = await textOf(box, `${origin}/a`).catch((error: Error) => error.message);
    expect(said).toContain(expected);
    if (expected !== 'hello') expect(server.asked).toEqual([]);
  });

  test('also where the environment of the host says otherwise', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await using server = await localServer({}, secure);
      const { network } = standIn(server, [[publicAddress]]);
      await using box = wired({ permissions: ['net:request:https://other.example.com'], network });
      expect(await ask(box, 'https://other.example.com/a')).toMatchObject({ error: { tag: 'io' } });
      expect(server.asked).toEqual([]);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });
});

test('proxies of the environment are not asked', async () => {
  await using proxy = await rawServer((socket) => socket.end());
  const variables = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'all_proxy', 'NODE_USE_ENV_PROXY'];
  for (const name of variables) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.origin;
  try {
    await using server = await localServer({ a: (_request, response) => response.end('hello') });
    await using box = wired({ permissions: [`net:request:${server.origin}`] });
    expect(await textOf(box, `${server.origin}/a`)).toBe('hello');
    expect(proxy.connections()).toBe(0);
  } finally {
    for (const name of variables) delete process.env[name];
  }
});

describe('names that are looked up at once are bounded', () => {
  /** A resolver that answers when it is told. */
  function answeredByHand() {
    const begun: string[] = [];
    const answers = new Map<string, () => void>();
    const resolve = atMost(2, (name) => {
      begun.push(name);
      return new Promise((answer) => answers.set(name, () => answer([name])));
    });
    return { begun, resolve, answer: (name: string) => answers.get(name)?.() };
  }
  const patient = new AbortController().signal;

  test('and the others follow in order', async () => {
    const { begun, resolve, answer } = answeredByHand();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => resolve(name, patient));
    expect(begun).toEqual(['a', 'b']);
    answer('b');
    expect(await b).toEqual(['b']);
    await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c']));
    answer('a');
    answer('c');
    expect(await Promise.all([a, c])).toEqual([['a'], ['c']]);
    await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c', 'd']));
    answer('d');
    expect(await d).toEqual(['d']);
  });

  test('and who gives up waiting is never looked up', async () => {
    const { begun, resolve, answer } = answeredByHand();
    const impatient = new AbortController();
    const first = ['a', 'b'].map((name) => resolve(name, patient));
    const gaveUp = resolve('c', impatient.signal);
    const last = resolve('d', patient);
    impatient.abort(new Error('No more time'));
    await expect(gaveUp).rejects.toThrow('No more time');
    answer('a');
    answer('b');
    await Promise.all(first);
    await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'd']));
    answer('d');
    expect(await last).toEqual(['d']);
  });

  test('to one for each plugin', async () => {
    const begun: string[] = [];
    await using box = wired({
      permissions: ['net:request:https://*.example.com'],
      network: {
        resolve: (name) => {
          begun.push(name);
          return new Promise(() => {});
        },
      },
    });
    const asked = ['a', 'b', 'c'].map((name) => ask(box, `https://${name}.example.com/`));
    await vi.waitFor(() => expect(begun.length).toBe(1));
    box.clock.advance(5_000);
    for (const reply of asked) expect(await reply).toEqual({ outcome: 'refused', error: { tag: 'timeout' } });
    expect(begun).toEqual(['a.example.com']);
  });
});
