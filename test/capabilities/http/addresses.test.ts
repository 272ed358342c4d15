import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyAddress } from '../../../src/capabilities/http/address.ts';
import { SignalboxError } from '../../../src/core/errors.ts';
import { parsePermission } from '../../../src/permissions/permission.ts';
import { pluginId, type Wired, wired } from '../wired.ts';
import { answerOf, ask } from './asking.ts';
import { answers, hosts } from './corpus.ts';
import { localServer, rawServer } from './server.ts';

const plenty = { net_ops_per_second: 1_000_000 };
const loopback = async () => ['127.0.0.1'];

test('the corpus is large enough to mean something', () => {
  expect(hosts.flatMap((group) => group.hosts).length).toBeGreaterThanOrEqual(120);
  expect(answers.flatMap((group) => group.answers).length).toBeGreaterThanOrEqual(60);
});

describe.each(hosts)('$what', ({ hosts: spellings }) => {
  test('is reached by nobody who was granted other origins, neither asked for nor redirected to', async () => {
    await using target = await rawServer((socket) => socket.end());
    await using source = await localServer({
      to: (request, response) => {
        const host = decodeURIComponent((request.url ?? '').slice('/to?'.length));
        // As a hostile server would write it, as far as a header can carry it.
        const location = Buffer.from(`http://${host}:${target.port}/`)
          .toString('latin1')
          .replace(/[\r\n\0]/g, '');
        response.writeHead(302, { Location: location }).end();
      },
    });
    const permissions = [
      source.origin,
      'https://api.example.com',
      `http://*.example.com:${target.port}`,
      `http://api.example.com:${target.port}`,
    ].map((origin) => `net:request:${origin}`);
    await using box = wired({ permissions, limits: plenty, network: { resolve: loopback } });
    const reached: string[] = [];
    for (const host of spellings) {
      const direct = await ask(box, `http://${host}:${target.port}/`);
      const redirected = await ask(box, `${source.origin}/to?${encodeURIComponent(host.toWellFormed())}`);
      if (!isRefusal(direct) || !isRefusal(redirected)) reached.push(host);
    }
    expect({ reached, connections: target.connections() }).toEqual({ reached: [], connections: 0 });
    expect(source.connections()).toBe(spellings.length);
  });
});

describe.each(hosts.filter(({ reach }) => reach === 'never'))('$what', ({ hosts: spellings }) => {
  test('is reached by nobody, not even who was granted it', async () => {
    await using target = await rawServer((socket) => socket.end());
    const urls = spellings.map((host) => `http://${host}:${target.port}`);
    await using box = wired({
      permissions: urls.map((url) => `net:request:${url}`),
      limits: plenty,
      network: { resolve: loopback },
    });
    for (const url of urls) expect([url, await tagOf(box, url)]).toEqual([url, 'denied']);
    expect(target.connections()).toBe(0);
  });
});

describe.each(hosts.filter(({ reach }) => reach === 'no grant'))('$what', ({ hosts: spellings }) => {
  test('cannot be granted', () => {
    const granted = spellings.filter((host) => {
      try {
        return parsePermission(`net:request:http://${host}:8080`) !== undefined;
      } catch (error) {
        if (error instanceof SignalboxError && error.code === 'PERMISSION_INVALID') return false;
        throw error;
      }
    });
    expect(granted).toEqual([]);
  });
});

describe.each(answers)('a name that was granted and resolves to $what', ({ answers: addresses }) => {
  test('is denied before anything is dialled, also when other answers are public', async () => {
    const dialled: string[] = [];
    let answer: readonly string[] = [];
    await using box = wired({
      permissions: ['net:request:https://*.example.com', 'net:request:http://api.example.com'],
      limits: plenty,
      network: {
        resolve: async () => answer,
        dial: (to) => {
          dialled.push(...to);
          throw new Error('Nothing may be dialled');
        },
      },
    });
    for (const address of addresses) {
      for (answer of [[address], ['93.184.216.34', address], [address, '2606:4700::1111']]) {
        expect([answer, await tagOf(box, 'https://api.example.com/')]).toEqual([answer, 'denied']);
        expect([answer, await tagOf(box, 'http://api.example.com/')]).toEqual([answer, 'denied']);
      }
    }
    expect(dialled).toEqual([]);
  });
});

test('the operator hears where a name led, the guest does not', async () => {
  const permission = 'net:request:https://api.example.com';
  await using box = wired({ permissions: [permission], network: { resolve: async () => ['10.1.2.3'] } });
  expect(await ask(box, 'https://api.example.com/v1')).toEqual({
    outcome: 'refused',
    error: {
      tag: 'denied',
      val: {
        permission,
        rule: '"api.example.com" leads to an address that no plugin may reach by that name',
      },
    },
  });
  expect(box.audit).toEqual([
    {
      plugin: pluginId,
      time: 1_000_000,
      decision: 'denied',
      permission,
      rule: '"api.example.com" leads to 10.1.2.3, which is not public (private)',
      method: 'GET',
    },
  ]);
});

describe('an address that was granted as such is reached, in whichever spelling', () => {
  test.each(['127.0.0.1', '127.1', '0x7f000001', '127.0.0.1.', 'localhost', 'LOCALHOST'])(
    '%s',
    async (host) => {
      await using server = await localServer({ a: (_request, response) => response.end('here') });
      await using box = wired({
        permissions: [`net:request:http://${host}:${server.port}`],
        network: {
          resolve: () => {
            throw new Error('Nothing is to be looked up');
          },
        },
      });
      const { status } = await answerOf(box, `http://${host}:${server.port}/a`);
      expect(status).toBe(200);
    },
  );

  test('and only on the port that was granted', async () => {
    await using server = await localServer({});
    await using box = wired({ permissions: ['net:request:http://127.0.0.1'] });
    expect(await tagOf(box, `http://127.0.0.1:${server.port}/`)).toBe('denied');
    expect(server.connections()).toBe(0);
  });
});

/** A number in one of the bases that addresses are written in. */
const spelled = (value: number, base: 'decimal' | 'octal' | 'hex'): string =>
  base === 'decimal' ? String(value) : base === 'octal' ? `0${value.toString(8)}` : `0x${value.toString(16)}`;

test('no spelling of an address that is not public makes it so', () => {
  const base = fc.constantFrom('decimal', 'octal', 'hex');
  const address = fc.oneof(
    ...[0x7f000000, 0x0a000000, 0xa9fe0000, 0xc0a80000, 0xac100000, 0x64400000, 0xe0000000].map((network) =>
      fc.nat(0xffff).map((host) => network + host),
    ),
  );
  fc.assert(
    fc.property(
      address,
      fc.integer({ min: 1, max: 4 }),
      fc.array(base, { minLength: 4 }),
      (value, parts, bases) => {
        // The last part takes what the others leave (inet_aton).
        const leading = Array.from(
          { length: parts - 1 },
          (_, index) => Math.floor(value / 2 ** (24 - 8 * index)) % 256,
        );
        const rest = value % 2 ** (32 - 8 * (parts - 1));
        const host = [...leading, rest].map((part, index) => spelled(part, bases[index] ?? 'hex')).join('.');
        const parsed = new URL(`http://${host}/`).hostname;
        expect([host, classifyAddress(parsed).reach]).not.toEqual([host, 'public']);
        expect(parsed).toBe([24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.'));
      },
    ),
  );
});

test.each([
  ['1.1.1.1', 'public'],
  ['93.184.216.34', 'public'],
  ['2606:4700:4700::1111', 'public'],
  ['2a00:1450:4001::1', 'public'],
  ['127.0.0.1', 'local'],
  ['169.254.169.254', 'local'],
  ['168.63.129.16', 'local'],
  ['fd00:ec2::254', 'local'],
  ['::ffff:8.8.8.8', 'never'],
  ['2002:808:808::1', 'never'],
  ['01.1.1.1', 'never'],
] as const)('%s is %s', (address, reach) => {
  expect(classifyAddress(address).reach).toBe(reach);
});

async function tagOf(box: Wired, url: string): Promise<unknown> {
  const reply = await ask(box, url);
  return reply.outcome === 'refused' && isTagged(reply.error) ? reply.error.tag : reply;
}

function isTagged(error: unknown): error is { readonly tag: unknown } {
  return typeof error === 'object' && error !== null && 'tag' in error;
}

function isRefusal({ outcome }: Awaited<ReturnType<typeof ask>>): boolean {
  return outcome === 'refused';
}
