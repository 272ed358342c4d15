import type { RequestListener } from 'node:http';
import {
  brotliCompressSync,
  constants,
  createGzip,
  createZstdCompress,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { pluginId, type Wired, wired } from '../wired.ts';
import { answerOf, ask, bodyOf, headerOf, textOf } from './asking.ts';
import { type LocalServer, localServer, rawServer } from './server.ts';

const refused = (error: unknown) => ({ outcome: 'refused', error });
const mebibyte = 1024 * 1024;

const sending =
  (body: Uint8Array, headers: Readonly<Record<string, string>>): RequestListener =>
  (_request, response) =>
    response.writeHead(200, headers).end(body);

const boxFor = (server: LocalServer, limits: Parameters<typeof wired>[0] & object = {}): Wired =>
  wired({ permissions: [`net:request:${server.origin}`], ...limits });

describe('the host takes the content coding off', () => {
  const text = Buffer.from('hello hello hello hello');
  test.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('%s', async (coding, body) => {
    await using server = await localServer({
      a: sending(body, { 'Content-Encoding': coding, 'Content-Length': String(body.length) }),
    });
    await using box = boxFor(server);
    const answer = await answerOf(box, `${server.origin}/a`);
    expect([headerOf(answer, 'content-encoding'), headerOf(answer, 'content-length')]).toEqual([
      undefined,
      undefined,
    ]);
    expect((await bodyOf(box, answer, 5)).toString()).toBe(text.toString());
  });

  test('and leaves one that it does not know', async () => {
    await using server = await localServer({ a: sending(text, { 'Content-Encoding': 'compress' }) });
    await using box = boxFor(server);
    const answer = await answerOf(box, `${server.origin}/a`);
    expect(headerOf(answer, 'content-encoding')).toBe('compress');
    expect(await bodyOf(box, answer)).toEqual(text);
  });

  test('but not from an empty body', async () => {
    await using server = await localServer({
      a: (_request, response) => response.writeHead(200, { 'Content-Encoding': 'deflate' }).end(),
    });
    await using box = boxFor(server);
    expect(await textOf(box, `${server.origin}/a`)).toBe('');
    expect(await textOf(box, `${server.origin}/a`, { method: 'HEAD' })).toBe('');
  });

  test('of one layer alone', async () => {
    await using server = await localServer({
      a: sending(gzipSync(gzipSync(text)), { 'Content-Encoding': 'gzip, gzip' }),
    });
    await using box = boxFor(server);
    expect(await ask(box, `${server.origin}/a`)).toEqual(
      refused({ tag: 'io', val: 'The response is encoded 2 times over' }),
    );
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('and says when it is broken', async () => {
    await using server = await localServer({
      a: sending(Buffer.from('no gzip'), { 'Content-Encoding': 'gzip' }),
    });
    await using box = boxFor(server);
    const { body } = await answerOf(box, `${server.origin}/a`);
    const broken = refused({ tag: 'io', val: 'The server broke off: Z_DATA_ERROR' });
    expect(await box.call('http.read-body', body, 10)).toEqual(broken);
    expect(await box.call('http.read-body', body, 10)).toEqual(broken);
    expect(server.open()).toBe(0);
  });
});

describe('a body ends at response_bytes', () => {
  const cap = mebibyte;
  const tooLarge = refused({ tag: 'response-too-large', val: BigInt(cap) });
  const hit = {
    kind: 'limit',
    time: 1_000_000,
    plugin: pluginId,
    hit: { name: 'response_bytes', reached: cap + 1, allowed: cap },
  };

  test.each([
    ['gzip', gzipSync(Buffer.alloc(mebibyte))],
    ['br', undefined],
    ['zstd', undefined],
  ])('after decompression, without what lies behind taking memory: %s', async (coding, member) => {
    const zeros = Buffer.alloc(256 * mebibyte);
    const bomb =
      member !== undefined
        ? Buffer.concat(Array.from({ length: 1024 }, () => member))
        : coding === 'br'
          ? brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })
          : zstdCompressSync(zeros);
    await using server = await localServer({ a: sending(bomb, { 'Content-Encoding': coding }) });
    await using box = boxFor(server, { limits: { response_bytes: cap } });
    const { body } = await answerOf(box, `${server.origin}/a`);
    const before = process.memoryUsage().arrayBuffers;
    let given = 0;
    for (;;) {
      const reply = await box.call('http.read-body', body, cap);
      if (reply.outcome === 'refused') {
        expect(reply).toEqual(tooLarge);
        break;
      }
      given += (reply.value as Uint8Array).length;
    }
    expect(given).toBe(cap);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * mebibyte);
    expect(box.telemetry).toEqual([hit]);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('and one that announces more is not begun', async () => {
    await using server = await localServer({
      a: sending(Buffer.alloc(cap + 1), { 'Content-Length': String(cap + 1) }),
    });
    await using box = boxFor(server, { limits: { response_bytes: cap } });
    expect(await ask(box, `${server.origin}/a`)).toEqual(tooLarge);
    expect(box.telemetry).toEqual([hit]);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('and one of that size is whole', async () => {
    await using server = await localServer({ a: sending(Buffer.alloc(cap), {}) });
    await using box = boxFor(server, { limits: { response_bytes: cap } });
    expect((await bodyOf(box, await answerOf(box, `${server.origin}/a`))).length).toBe(cap);
  });
});

test.each([
  [23, { outcome: 'returned', value: new Uint8Array(100) }],
  [24, refused({ tag: 'io', val: 'The server broke off: ZSTD_error_frameParameter_windowTooLarge' })],
  [27, refused({ tag: 'io', val: 'The server broke off: ZSTD_error_frameParameter_windowTooLarge' })],
])('a zstd frame may ask for a window of 8 MiB and no larger one: 2^%i', async (windowLog, expected) => {
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: windowLog } });
  compress.write(Buffer.alloc(100));
  await new Promise<void>((flushed) => compress.flush(() => flushed()));
  compress.end();
  const frame = Buffer.concat(await compress.toArray());
  await using server = await localServer({ a: sending(frame, { 'Content-Encoding': 'zstd' }) });
  await using box = boxFor(server);
  const { body } = await answerOf(box, `${server.origin}/a`);
  expect(await box.call('http.read-body', body, 1_000)).toEqual(expected);
});

test('a guest that does not read holds up the server', async () => {
  let sent = 0;
  const chunk = Buffer.alloc(65_536);
  await using server = await localServer({
    a: (_request, response) => {
      const pump = (): void => {
        while (response.write(chunk)) sent += chunk.length;
        sent += chunk.length;
      };
      response.on('drain', pump);
      pump();
    },
    b: (_request, response) => {
      const gzip = createGzip({ level: 0 });
      gzip.pipe(response.writeHead(200, { 'Content-Encoding': 'gzip' }));
      const pump = (): void => {
        while (gzip.write(chunk)) sent += chunk.length;
        sent += chunk.length;
      };
      gzip.on('drain', pump);
      pump();
    },
  });
  await using box = boxFor(server);
  for (const path of ['a', 'b']) {
    sent = 0;
    const { body } = await answerOf(box, `${server.origin}/${path}`);
    expect(await box.call('http.read-body', body, 10)).toMatchObject({ outcome: 'returned' });
    // Time enough for gigabytes, if nothing held it up but the loop itself.
    for (let turn = 0; turn < 5_000; turn++) await new Promise((next) => setImmediate(next));
    expect(sent).toBeLessThan(32 * mebibyte);
    await box.call('http.close', body);
  }
});

describe('reading', () => {
  test('is answered in order, in pieces of the length asked for', async () => {
    await using server = await localServer({ a: sending(Buffer.from('abcdefghij'), {}) });
    await using box = boxFor(server);
    const { body } = await answerOf(box, `${server.origin}/a`);
    const replies = await Promise.all([4, 4, 4, 4].map((length) => box.call('http.read-body', body, length)));
    expect(
      replies.map((reply) =>
        reply.outcome === 'returned' ? Buffer.from(reply.value as Uint8Array).toString() : reply,
      ),
    ).toEqual(['abcd', 'efgh', 'ij', '']);
  });

  test('of what is not there is refused, and of what has ended gives nothing', async () => {
    await using server = await localServer({ a: sending(Buffer.from('abc'), {}) });
    await using box = boxFor(server);
    const none = refused({ tag: 'invalid-request', val: 'No response has this body' });
    expect(await box.call('http.read-body', 1n, 10)).toEqual(none);
    const answer = await answerOf(box, `${server.origin}/a`);
    await bodyOf(box, answer);
    expect(await bodyOf(box, answer)).toEqual(Buffer.alloc(0));
    expect(await box.call('http.read-body', answer.body + 1n, 10)).toEqual(none);
    expect(await box.call('http.read-body', answer.body, 0)).toEqual(
      refused({ tag: 'invalid-request', val: 'At least one byte must be asked for' }),
    );
    expect(await box.call('http.close', 99n)).toEqual({ outcome: 'returned', value: undefined });
  });

  test('gives no more at once than a message may hold', async () => {
    await using server = await localServer({ a: sending(Buffer.alloc(10_000), {}) });
    await using box = boxFor(server, { limits: { message_bytes: 1024 } });
    const { body } = await answerOf(box, `${server.origin}/a`);
    const reply = await box.call('http.read-body', body, 4096);
    expect(reply.outcome === 'returned' && (reply.value as Uint8Array).length).toBe(1024);
  });

  test('of a body that breaks off is an error', async () => {
    await using server = await rawServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'));
    });
    await using box = boxFor(server);
    const answer = await answerOf(box, server.origin);
    await expect(bodyOf(box, answer)).rejects.toThrow('The server broke off: ECONNRESET');
  });
});

describe('what is no response is an error', () => {
  const many = Array.from({ length: 129 }, (_, index) => `h${index}: x\r\n`).join('');
  test.each([
    ['nothing', '', 'The server broke off: ECONNRESET'],
    ['another protocol', '220 mail.example.com ESMTP\r\n', 'The server broke off: HPE_INVALID_CONSTANT'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'The server broke off: HPE_INVALID_TRANSFER_ENCODING',
    ],
    [
      'an upgrade nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      'The server broke off',
    ],
    [
      'many headers',
      `HTTP/1.1 200 OK\r\n${many}\r\n`,
      'The response has 129 headers; at most 128 are allowed',
    ],
    [
      'long headers',
      `HTTP/1.1 200 OK\r\na: ${'x'.repeat(32_768)}\r\n\r\n`,
      'The server broke off: HPE_HEADER_OVERFLOW',
    ],
  ])('%s', async (_name, said, problem) => {
    await using server = await rawServer((socket) => {
      socket.once('data', () => socket.end(said));
    });
    await using box = boxFor(server);
    expect(await ask(box, server.origin)).toEqual(refused({ tag: 'io', val: problem }));
    expect(box.clock.waiting).toBe(0);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });
});
