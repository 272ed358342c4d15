import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { defineCapability, hostFunction, refused, returned } from '../../src/index.ts';
import { createTestRuntime } from '../../src/testing.ts';

const attempt = `
  const attempt = (act) => {
    try { return act(); } catch ({ name, message, tag, val, permission }) { return { name, message, tag, val, permission }; }
  };
  const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
`;

describe('a script that was granted nothing', () => {
  const source = `${attempt}
    export const time = () => [
      attempt(() => Date.now()), attempt(() => new Date()), attempt(() => Date()), attempt(() => performance.now()),
    ].map(({ message, permission }) => ({ message, permission }));
    export const random = () => [
      attempt(() => crypto.randomUUID()), attempt(() => crypto.getRandomValues(new Uint8Array(4))),
    ].map(({ permission }) => permission);
    export const draw = () => [Math.random(), Math.random(), Math.random()];
    export const known = () => [new Date(5).toISOString(), new Date(2026, 0, 1).getTime(), Date.UTC(1970, 0, 2)];
    let reads = 0;
    export const loop = () => { for (; reads < 10_000; reads++) attempt(() => Date.now()); return reads; };
  `;

  test('is told which permission the clock and randomness need', async () => {
    await using box = await createTestRuntime({ plugins: { 'test.script': { source } } });
    const rule =
      '"time:read" is not granted; to allow it, write in the entry "test.script": permissions = ["time:read"]';
    const withoutTime = (what: string) => ({
      message: `${what} needs the permission "time:read": ${rule}`,
      permission: 'time:read',
    });
    expect(await box.plugins.call('test.script', 'time')).toEqual([
      withoutTime('The time'),
      withoutTime('The time'),
      withoutTime('The time'),
      withoutTime('performance.now'),
    ]);
    expect(await box.plugins.call('test.script', 'random')).toEqual(['random', 'random']);
    expect(await box.plugins.call('test.script', 'known')).toEqual([
      '1970-01-01T00:00:00.005Z',
      1_767_225_600_000,
      86_400_000,
    ]);
  });

  test('draws the same numbers in every instance, and asks the host once for what it does not get', async () => {
    await using box = await createTestRuntime({
      plugins: { 'test.one': { source }, 'test.two': { source } },
    });
    const audited: string[] = [];
    box.relays.audit.subscribe(({ permission }) => audited.push(permission));
    const first = await box.plugins.call('test.one', 'draw');
    expect(await box.plugins.call('test.two', 'draw')).toEqual(first);
    await box.plugins.reload('test.one');
    expect(await box.plugins.call('test.one', 'draw')).toEqual(first);
    expect(await box.plugins.call('test.one', 'loop')).toBe(10_000);
    expect(audited).toEqual(['time:read']);
  });
});

describe('a script that was granted the clock and randomness', () => {
  const permissions = ['time:read', 'random'];
  const source = `
    export const time = () => {
      const before = Date.now();
      const date = new Date();
      const from = performance.now();
      return {
        isNow: before <= date.getTime() && date.getTime() <= Date.now() && before > Date.UTC(2024, 0),
        isDate: date instanceof Date && date.constructor === Date && typeof Date() === 'string',
        isMonotonic: from <= performance.now(),
      };
    };
    export const draw = () => Array.from({ length: 2_000 }, () => Math.random());
    export const fill = () => [...crypto.getRandomValues(new Uint32Array(8))];
    export const ids = () => [crypto.randomUUID(), crypto.randomUUID()];
  `;

  test('has a Date, a performance and a crypto as elsewhere', async () => {
    await using box = await createTestRuntime({ plugins: { 'test.script': { source, permissions } } });
    expect(await box.plugins.call('test.script', 'time')).toEqual({
      isNow: true,
      isDate: true,
      isMonotonic: true,
    });
    const ids = await box.plugins.call('test.script', 'ids');
    const uuid = expect.stringMatching(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(ids).toEqual([uuid, uuid]);
    expect(await box.plugins.call('test.script', 'fill')).not.toEqual(
      await box.plugins.call('test.script', 'fill'),
    );
  });

  test('draws other numbers than its neighbour, each from 0 to 1', async () => {
    await using box = await createTestRuntime({
      plugins: { 'test.one': { source, permissions }, 'test.two': { source, permissions } },
    });
    const drawn = [
      await box.plugins.call('test.one', 'draw'),
      await box.plugins.call('test.two', 'draw'),
    ].flat();
    const numbers = drawn.filter((number) => typeof number === 'number' && number >= 0 && number < 1);
    expect(numbers).toHaveLength(4_000);
    expect(new Set(numbers).size).toBe(4_000);
  });
});

test('a script encodes and decodes text as elsewhere', async () => {
  const source = `
    export const encode = (text) => new TextEncoder().encode(text);
    export const decode = (bytes) => new TextDecoder().decode(bytes);
    export const strict = (bytes) => {
      try { return new TextDecoder('utf-8', { fatal: true }).decode(bytes); } catch ({ name }) { return name; }
    };
  `;
  await using box = await createTestRuntime({ plugins: { 'test.coder': { source } } });
  const texts = ['', 'plain', 'é ß ключ 中文 🚂', '\u{10ffff}\uffff\0', '\ud800 alone', 'x'.repeat(10_000)];
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text);
    expect(await box.plugins.call('test.coder', 'encode', [text])).toEqual(bytes);
    expect(await box.plugins.call('test.coder', 'decode', [bytes])).toBe(text.toWellFormed());
  }
  const broken = [
    [0x80],
    [0xc0, 0xaf],
    [0xe0, 0x9f, 0xbf],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf0, 0x9f, 0x9a],
    [0xf4, 0x90, 0x80, 0x80],
    [0xff, 0x61],
    [0xe2, 0x61, 0xf0, 0x9f, 0x61],
    [0xef, 0xbb, 0xbf, 0x61],
  ].map((bytes) => Uint8Array.from(bytes));
  for (const bytes of broken) {
    expect(await box.plugins.call('test.coder', 'decode', [bytes])).toBe(new TextDecoder().decode(bytes));
  }
  expect(await box.plugins.call('test.coder', 'strict', [broken[0]])).toBe('TypeError');
});

test('a script keeps data that outlives its instance, and is refused what it was not granted', async () => {
  const source = `${attempt}
    import { append, get, listItems, readCollection, set } from 'signalbox:plugin/storage';
    export const keep = (text) => { set('notes', 'k', bytes(text)); return append('notes', 'log', bytes(text)); };
    export const kept = () => [
      get('notes', 'k'), get('notes', 'other'), readCollection('notes', 'log', 0), listItems('notes', 'k'),
    ].map((value) => value ?? 'undefined');
    export const other = () => attempt(() => get('other', 'k')).val.permission;
    export const wrong = () => [attempt(() => set('notes', 'k', 'text')), attempt(() => get(1, 'k'))].map((e) => e.message);
  `;
  const permissions = ['storage:read:notes', 'storage:write:notes'];
  await using box = await createTestRuntime({ plugins: { 'test.keeper': { source, permissions } } });
  const value = new Uint8Array([104, 105]);
  expect(await box.plugins.call('test.keeper', 'keep', ['hi'])).toBe(1);
  await box.plugins.reload('test.keeper');
  expect(await box.plugins.call('test.keeper', 'kept')).toEqual([
    value,
    'undefined',
    [{ number: 1, value }],
    { items: [{ key: 'k', value }] },
  ]);
  expect(await box.plugins.call('test.keeper', 'other')).toBe('storage:read:other');
  expect(await box.plugins.call('test.keeper', 'wrong')).toEqual([
    'storage.set: argument 3: expected a Uint8Array, got "text"',
    'storage.get: argument 1: expected a string, got 1',
  ]);
});

test('a script that fills its storage meets the quota, and loses nothing that was stored', async () => {
  const source = `
    import { append, readCollection } from 'signalbox:plugin/storage';
    const value = new Uint8Array(900_000);
    export const add = () => {
      try { return append('notes', 'log', value); } catch ({ tag, val }) { return { tag, val }; }
    };
    export const count = () => {
      let after = 0;
      for (;;) {
        const page = readCollection('notes', 'log', after);
        if (page.length === 0) return after;
        after = page.at(-1).number;
      }
    };
  `;
  const permissions = ['storage:read:notes', 'storage:write:notes'];
  await using box = await createTestRuntime({ plugins: { 'test.filler': { source, permissions } } });
  const limit = box.next(box.relays.telemetry, ({ kind }) => kind === 'limit');
  for (let number = 1; number <= 18; number++)
    expect(await box.plugins.call('test.filler', 'add')).toBe(number);
  expect(await box.plugins.call('test.filler', 'add')).toEqual({ tag: 'quota-exceeded', val: 16_777_216 });
  expect(await limit).toMatchObject({
    hit: { name: 'storage_bytes', reached: 17_101_368, allowed: 16_777_216 },
  });
  expect(await box.plugins.call('test.filler', 'count')).toBe(18);
});

test('a script writes files, reads variables and counts', async () => {
  const source = `${attempt}
    import { get } from 'signalbox:plugin/environment';
    import { createDir, read, remove, write } from 'signalbox:plugin/filesystem';
    import { gauge, increment } from 'signalbox:plugin/metrics';
    export function work() {
      createDir('out/made');
      write('out/made/file', 0, bytes('written'), true);
      write('out/kept', 0, bytes('kept'), true);
      const text = String.fromCharCode(...read('out/made/file', 0, 100));
      remove('out/made/file');
      remove('out/made');
      increment('files_written', 2, [{ name: 'kind', value: 'text' }]);
      gauge('free', NaN);
      return [text, get('PATH') === undefined, attempt(() => get('HOME')).permission];
    }
    export const host = () => ['test.worker.ts', 'lib.js', 'signalbox.toml', '.signalbox/signalbox.sqlite', 'other/plugin.toml']
      .map((path) => attempt(() => write(path, 0, bytes('x'), true)).tag);
  `;
  const permissions = ['fs:read:out', 'fs:write:out', 'fs:write:.', 'env:read:PATH', 'metrics', 'log'];
  await using box = await createTestRuntime({
    plugins: { 'test.worker': { source, permissions } },
    files: { 'out/there': '' },
  });
  const counted = box.next(box.relays.telemetry, ({ kind }) => kind === 'metric');
  expect(await box.plugins.call('test.worker', 'work')).toEqual(['written', false, 'env:read:HOME']);
  expect(await readdir(join(box.folder, 'out'))).toEqual(['kept', 'there']);
  expect(await counted).toMatchObject({ name: 'files_written', labels: { kind: 'text' }, value: 2 });
  expect(await box.plugins.call('test.worker', 'host')).toEqual(Array(5).fill('inaccessible'));
});

describe('an interface of the host application', () => {
  const orders = defineCapability('myapp:orders/api', {
    'place-order': hostFunction(
      Type.Tuple([Type.Object({ article: Type.String(), count: Type.Integer({ minimum: 1 }) })]),
      ({ 0: { article, count } }, { plugin }) =>
        article === 'moon'
          ? refused({ tag: 'sold-out', val: article })
          : returned({ receipt: new Uint8Array([count]), by: plugin }),
    ),
    ping: hostFunction(Type.Tuple([]), () => returned()),
    fail: hostFunction(Type.Tuple([]), () => {
      throw new TypeError('The host application has a bug');
    }),
  });
  const source = `${attempt}
    import api, { placeOrder } from 'myapp:orders/api';
    export const order = (article, count) => attempt(() => placeOrder({ article, count }));
    export const ping = () => api.ping() === undefined;
    export const unknown = () => attempt(() => api.cancelOrder(7));
    export const fail = () => attempt(() => api.fail());
  `;
  const plugin = { source, permissions: ['host:use:myapp:orders/api'] };

  test('is called by its name, and its errors can be caught', async () => {
    await using box = await createTestRuntime({
      plugins: { 'test.buyer': plugin },
      hostCapabilities: [orders],
    });
    const call = (name: string, ...args: readonly unknown[]) => box.plugins.call('test.buyer', name, args);
    expect(await call('order', 'lamp', 2)).toEqual({ receipt: new Uint8Array([2]), by: 'test.buyer' });
    expect(await call('ping')).toBe(true);
    expect(await call('order', 'moon', 1)).toMatchObject({ name: 'Error', tag: 'sold-out', val: 'moon' });
    expect(await call('order', 'lamp', 0)).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('myapp:orders/api#place-order'),
    });
    expect(await call('unknown')).toMatchObject({
      name: 'TypeError',
      message: 'myapp:orders/api#cancel-order: "myapp:orders/api" has no function "cancel-order"',
    });
    await expect(call('fail')).rejects.toMatchObject({
      code: 'GUEST_TRAPPED',
      message: 'The host application has a bug',
    });
  });

  test('keeps a script from loading that is not granted it, or that nobody offers', async () => {
    await using box = await createTestRuntime({
      plugins: {
        'test.denied': { source },
        'test.lost': { source: `import { ask } from 'other:app/api'; export const a = () => ask();` },
      },
      hostCapabilities: [orders],
    });
    expect(box.plugins.get('test.denied')?.error).toMatchObject({
      code: 'IMPORT_UNDECLARED',
      hint: 'Write in its entry: permissions = ["host:use:myapp:orders/api"]',
    });
    expect(box.plugins.get('test.lost')?.error).toMatchObject({
      code: 'IMPORT_UNKNOWN',
      message: 'The plugin imports "other:app/api", which this host does not offer',
    });
  });
});
