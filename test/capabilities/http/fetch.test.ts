import { describe, expect, test } from 'vitest';
import { pluginId, wired } from '../wired.ts';
import { answerOf, ask, bodyOf, headerOf, textOf } from './asking.ts';
import { localServer } from './server.ts';

const refused = (error: unknown) => ({ outcome: 'refused', error });

test('a granted request is sent as asked, and answered', async () => {
  await using server = await localServer({
    a: (_request, response) => response.writeHead(201, { 'X-Found': 'yes' }).end('hello'),
  });
  await using box = wired({ permissions: [`net:request:${server.origin}`] });
  const answer = await answerOf(box, `${server.origin}/a?b=%20c#d`, {
    method: 'POST',
    headers: { 'X-Mine': 'me', 'content-type': 'text/plain' },
    body: 'ping',
  });
  expect({ status: answer.status, url: answer.url, found: headerOf(answer, 'x-found') }).toEqual({
    status: 201,
    url: `${server.origin}/a?b=%20c`,
    found: 'yes',
  });
  expect((await bodyOf(box, answer)).toString()).toBe('hello');
  expect(server.asked).toEqual([
    {
      line: 'POST /a?b=%20c',
      headers: {
        host: `127.0.0.1:${server.port}`,
        connection: 'close',
        'content-length': '4',
        'user-agent': 'signalbox',
        accept: '*/*',
        'accept-encoding': 'gzip, deflate, br, zstd',
        'x-mine': 'me',
        'content-type': 'text/plain',
      },
      body: 'ping',
    },
  ]);
});

test('each request is audited with origin and method, without its path', async () => {
  await using server = await localServer({ a: (_request, response) => response.end() });
  const permission = `net:request:${server.origin}`;
  await using box = wired({ permissions: [permission] });
  await textOf(box, `${server.origin}/a?key=1`);
  await textOf(box, `${server.origin}/a?key=2`, { method: 'DELETE' });
  const told = { plugin: pluginId, time: 1_000_000, decision: 'used', permission, rule: permission };
  expect(box.audit).toEqual([
    { ...told, method: 'GET' },
    { ...told, method: 'DELETE' },
  ]);
});

test('an origin that is not granted is denied before its name is looked up, with the line that would allow it', async () => {
  const lookedUp: string[] = [];
  const resolve = async (name: string) => {
    lookedUp.push(name);
    return ['127.0.0.1'];
  };
  await using box = wired({ permissions: ['net:request:https://api.example.com'], network: { resolve } });
  const permission = 'net:request:https://secret-data.evil.example';
  const rule =
    '"net:request" is granted for "https://api.example.com" alone; to allow it, write in the entry "waves.scanner": ' +
    `permissions = ["net:request:https://api.example.com", "${permission}"]`;
  expect(await ask(box, 'https://secret-data.evil.example/?q=1')).toEqual(
    refused({ tag: 'denied', val: { permission, rule } }),
  );
  expect(lookedUp).toEqual([]);
  expect(box.audit).toEqual([
    { plugin: pluginId, time: 1_000_000, decision: 'denied', permission, rule, method: 'GET' },
  ]);
});

test('a wildcard is a grant, and no name to ask for', async () => {
  await using box = wired({
    permissions: ['net:request:https://*.example.com'],
    network: {
      resolve: () => {
        throw new Error('Nothing is to be looked up');
      },
    },
  });
  for (const host of ['*.example.com', 'a.*.example.com', 'a..example.com', '.example.com', 'example.com'])
    expect(await ask(box, `https://${host}/`)).toMatchObject({ error: { tag: 'denied' } });
});

describe('a request that nobody may send is refused, and nothing is connected', () => {
  test.each([
    'Host',
    'Connection',
    'content-length',
    'Transfer-Encoding',
    'TE',
    'Upgrade',
    'Expect',
    'Trailer',
    'Keep-Alive',
    'HTTP2-Settings',
    'Proxy-Authorization',
    'proxy-anything',
  ])("a header that is the host's: %s", async (name) => {
    await using box = wired({ permissions: ['net:request:https://api.example.com'] });
    expect(await ask(box, 'https://api.example.com/', { headers: { [name]: 'x' } })).toEqual(
      refused({ tag: 'invalid-request', val: `Header "${name.toLowerCase()}" is set by the host` }),
    );
  });

  test.each([
    [
      'a method',
      { method: 'TRACE' },
      'The method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    ],
    [
      'CONNECT',
      { method: 'CONNECT' },
      'The method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    ],
    [
      'small letters',
      { method: 'get' },
      'The method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    ],
    ['a body of a GET', { body: '' }, 'A GET request has no body'],
    [
      'a line end',
      { headers: { a: 'b\r\nHost: c' } },
      'The value of header "a" has characters that are not allowed',
    ],
    [
      'a bare line feed',
      { headers: { a: 'b\nc' } },
      'The value of header "a" has characters that are not allowed',
    ],
    ['a NUL', { headers: { a: 'b\0c' } }, 'The value of header "a" has characters that are not allowed'],
    [
      'more than Latin-1',
      { headers: { a: 'Ā' } },
      'The value of header "a" has characters that are not allowed',
    ],
    ['space around', { headers: { a: ' b' } }, 'The value of header "a" has characters that are not allowed'],
    [
      'a colon in a name',
      { headers: { 'a:b': 'c' } },
      'The name of a header has characters that are not allowed',
    ],
    [
      'a line end in a name',
      { headers: { 'a\r\nb': 'c' } },
      'The name of a header has characters that are not allowed',
    ],
    ['an empty name', { headers: { '': 'c' } }, 'The name of a header has characters that are not allowed'],
    ['long headers', { headers: { a: 'b'.repeat(32_768) } }, 'The headers are longer than 32768 bytes'],
    [
      'many headers',
      { headers: Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`h${index}`, 'x'])) },
      'The request has 129 headers; at most 128 are allowed',
    ],
    [
      'a long body',
      { method: 'POST', body: 'x'.repeat(2049) },
      'The body has 2049 bytes; at most 2048 are allowed',
    ],
  ])('%s', async (_name, asking, problem) => {
    await using server = await localServer({});
    await using box = wired({
      permissions: [`net:request:${server.origin}`],
      limits: { message_bytes: 2048 },
    });
    expect(await ask(box, `${server.origin}/`, asking)).toEqual(
      refused({ tag: 'invalid-request', val: problem }),
    );
    expect(server.connections()).toBe(0);
  });

  test.each([
    ['', 'The URL cannot be parsed'],
    ['/relative', 'The URL cannot be parsed'],
    ['http://', 'The URL cannot be parsed'],
    [`https://api.example.com/${'x'.repeat(8200)}`, 'The URL is longer than 8192 bytes'],
    [`https://${'x.'.repeat(130)}example.com/`, 'The URL has a host that is too long'],
    ['ftp://api.example.com/', 'The URL has a scheme other than https and http'],
    ['file:///etc/passwd', 'The URL has a scheme other than https and http'],
    ['unix:/var/run/docker.sock', 'The URL has a scheme other than https and http'],
    ['http+unix://%2Fvar%2Frun%2Fdocker.sock/', 'The URL has a scheme other than https and http'],
    ['data:text/plain,hello', 'The URL has a scheme other than https and http'],
    ['ws://api.example.com/', 'The URL has a scheme other than https and http'],
    ['https://me:pw@api.example.com/', 'The URL has a user name'],
    ['https://api.example.com@evil.example/', 'The URL has a user name'],
  ])('%s', async (url, problem) => {
    await using box = wired({ permissions: ['net:request:https://api.example.com'] });
    expect(await ask(box, url)).toEqual(refused({ tag: 'invalid-request', val: problem }));
  });
});

test('a server that is not there is an error that names no address', async () => {
  let origin = '';
  {
    await using server = await localServer({});
    origin = server.origin;
  }
  await using box = wired({ permissions: [`net:request:${origin}`] });
  expect(await ask(box, origin)).toEqual(
    refused({ tag: 'io', val: 'The server cannot be reached: ECONNREFUSED' }),
  );
});

test('arguments that no guest can make trap', async () => {
  await using box = wired();
  const request = { method: 'GET', url: 'https://a.example', headers: [], body: 'text' };
  await expect(box.call('http.fetch', request)).rejects.toThrow('Arguments of "fetch" do not fit its WIT');
});
