import { describe, expect, test } from 'vitest';
import { HostRefusal } from '../../../src/sandbox/cell/host-refusal.ts';
import { httpImports } from '../../../src/sandbox/cell/wasi/http.ts';
import { type Pollable, Waiting } from '../../../src/sandbox/cell/wasi/poll.ts';
import { ResourceNumbers } from '../../../src/sandbox/cell/wasi/resource.ts';
import type { InputStream, OutputStream } from '../../../src/sandbox/cell/wasi/streams.ts';
import type { Ask, WasiHost } from '../../../src/sandbox/cell/wasi/wasi-host.ts';

/** What the glue of a guest sees of `wasi:http/types`, as far as it is used here. */
interface Fields {
  append(name: string, value: Uint8Array): void;
  entries(): readonly (readonly [string, Uint8Array])[];
}
interface Body {
  write(): OutputStream;
}
interface Request {
  setMethod(method: { readonly tag: string }): void;
  setAuthority(authority: string): void;
  setPathWithQuery(path: string): void;
  body(): Body;
  headers(): Fields;
}
interface Response {
  status(): number;
  headers(): Fields;
  consume(): { stream(): InputStream };
}
interface Future {
  subscribe(): Pollable;
  get(): unknown;
}
interface Http {
  readonly Fields: new () => Fields;
  readonly OutgoingRequest: new (headers: Fields) => Request;
  readonly OutgoingBody: { finish(body: Body, trailers: undefined): void };
  handle(request: Request, options: undefined): Future;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytesOf = (from: string): Uint8Array => new Uint8Array(Buffer.from(from));

function client(answers: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>) {
  const asked: (readonly unknown[])[] = [];
  const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
  const ask: Ask = async (_interface, fn, args) => {
    if (fn === 'wait') return await woken;
    asked.push([fn, ...args]);
    return answers[fn]?.(...args);
  };
  const host: WasiHost = {
    call: ask,
    start: ask,
    tell: (_interface, fn, args) => (fn === 'wake' ? wake() : void asked.push([fn, ...args])),
    isBehind: false,
    fail: () => {},
    lift: () => {},
    poll: () => {},
    maxBytes: 1024 * 1024,
  };
  const imports = httpImports({ host, numbers: new ResourceNumbers(), waiting: new Waiting(host, () => 0n) });
  const http = { ...imports['wasi:http/types'], ...imports['wasi:http/outgoing-handler'] } as unknown as Http;
  return { asked, http };
}

async function resultOf(future: Future): Promise<unknown> {
  await future.subscribe().block();
  return future.get();
}

function request({ Fields, OutgoingRequest }: Http, headers: Readonly<Record<string, string>> = {}): Request {
  const fields = new Fields();
  for (const [name, value] of Object.entries(headers)) fields.append(name, bytesOf(value));
  const made = new OutgoingRequest(fields);
  made.setAuthority('api.example.com');
  made.setPathWithQuery('/x?y=1');
  return made;
}

test('a request goes to the broker when its body is finished, and its response is read from there', async () => {
  const portions = ['hello ', 'world', ''];
  const { asked, http } = client({
    fetch: () => ({ status: 201, headers: [{ name: 'a', value: 'b' }], url: '', body: 7n }),
    'read-body': () => bytesOf(portions.shift() ?? ''),
  });
  const post = request(http, { 'x-asked': 'yes', 'Content-Length': '4' });
  post.setMethod({ tag: 'post' });
  const body = post.body();
  const future = http.handle(post, undefined);
  expect(future.get()).toBeUndefined();
  const stream = body.write();
  await stream.blockingWriteAndFlush(bytesOf('ab'));
  stream.write(bytesOf('cd'));
  expect(asked).toEqual([]);
  http.OutgoingBody.finish(body, undefined);

  const result = (await resultOf(future)) as { val: { val: Response } };
  const response = result.val.val;
  expect(response.status()).toBe(201);
  expect(response.headers().entries()).toEqual([['a', bytesOf('b')]]);
  const incoming = response.consume().stream();
  expect(text(await incoming.blockingRead(100n))).toBe('hello ');
  expect(text(await incoming.blockingRead(3n))).toBe('wor');
  expect(text(await incoming.blockingRead(100n))).toBe('ld');
  await expect(incoming.blockingRead(100n)).rejects.toMatchObject({ payload: { tag: 'closed' } });
  expect(asked[0]).toEqual([
    'fetch',
    {
      method: 'POST',
      url: 'https://api.example.com/x?y=1',
      headers: [{ name: 'x-asked', value: 'yes' }],
      body: Buffer.from('abcd'),
    },
  ]);
  expect(future.get()).toEqual({ tag: 'err', val: undefined });
});

describe('an error of the broker', () => {
  test.each([
    ['denied', { tag: 'denied', val: {} }, { tag: 'HTTP-request-denied' }],
    ['timeout', { tag: 'timeout' }, { tag: 'HTTP-response-timeout' }],
    ['too-many-connections', { tag: 'too-many-connections' }, { tag: 'connection-limit-reached' }],
    ['too-many-redirects', { tag: 'too-many-redirects' }, { tag: 'loop-detected' }],
    [
      'response-too-large',
      { tag: 'response-too-large', val: 9n },
      { tag: 'HTTP-response-body-size', val: 9n },
    ],
    ['io', { tag: 'io', val: 'ECONNRESET' }, { tag: 'internal-error', val: 'ECONNRESET' }],
  ])('%s is told in the words of WASI', async (_tag, refusal, code) => {
    const { http } = client({
      fetch: () => {
        throw new HostRefusal(refusal);
      },
    });
    expect(await resultOf(http.handle(request(http), undefined))).toEqual({
      tag: 'ok',
      val: { tag: 'err', val: code },
    });
  });
});

describe('headers', () => {
  test.each([
    ['host', 'other.example', 'forbidden'],
    ['Transfer-Encoding', 'chunked', 'forbidden'],
    ['x a', 'b', 'invalid-syntax'],
    ['x', 'a\r\nb: c', 'invalid-syntax'],
  ])('%s: %j is %s', (name, value, tag) => {
    const { http } = client({});
    const fields = new http.Fields();
    expect(() => fields.append(name, bytesOf(value))).toThrow(expect.objectContaining({ payload: { tag } }));
  });

  test('those of a request are read-only once it has them', () => {
    const { http } = client({});
    const sent = request(http, { a: 'b' }).headers();
    expect(() => sent.append('c', bytesOf('d'))).toThrow(
      expect.objectContaining({ payload: { tag: 'immutable' } }),
    );
  });

  test('are bounded', () => {
    const { http } = client({});
    const fields = new http.Fields();
    expect(() => {
      for (let line = 0; line < 10_000; line += 1) fields.append('x', bytesOf('y'.repeat(1_000)));
    }).toThrow(expect.objectContaining({ code: 'LIMIT_REACHED' }));
  });
});

test('a body larger than a message is refused as it is written', async () => {
  const { http } = client({});
  const stream = request(http).body().write();
  await expect(stream.blockingWriteAndFlush(new Uint8Array(2 * 1024 * 1024))).rejects.toMatchObject({
    payload: { tag: 'last-operation-failed' },
  });
});
