import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { MemoryPluginStorage } from '../support/memory-plugin-storage.ts';
import { pluginId, wired } from './wired.ts';

const permissions = ['storage:read:notes', 'storage:write:notes'];
const bytes = (text: string) => new TextEncoder().encode(text);
const returned = (value?: unknown) => ({ outcome: 'returned', value });
const refused = (tag: string, val?: unknown) => ({
  outcome: 'refused',
  error: val === undefined ? { tag } : { tag, val },
});

test('a plugin keeps values and collections in the spaces it was granted', async () => {
  await using box = wired({ permissions });
  const answers = [
    await box.call('storage.set', 'notes', 'a', bytes('1')),
    await box.call('storage.get', 'notes', 'a'),
    await box.call('storage.get', 'notes', 'b'),
    await box.call('storage.append', 'notes', 'log', bytes('x')),
    await box.call('storage.read-collection', 'notes', 'log', 0n),
    await box.call('storage.list-items', 'notes', '', undefined),
    await box.call('storage.delete', 'notes', 'a'),
    await box.call('storage.delete', 'notes', 'a'),
  ];
  expect(answers).toEqual([
    returned(),
    returned(bytes('1')),
    returned(),
    returned(1n),
    returned([{ number: 1n, value: bytes('x') }]),
    returned({ items: [{ key: 'a', value: bytes('1') }], next: undefined }),
    returned(true),
    returned(false),
  ]);
});

test('a listing comes in pages whose end is the key to go on behind', async () => {
  await using box = wired({ permissions, limits: { storage_ops_per_second: 10_000 } });
  const keys = Array.from({ length: 1_001 }, (_, at) => `k${String(at).padStart(4, '0')}`);
  for (const key of keys) await box.call('storage.set', 'notes', key, bytes(''));
  const first = await box.call('storage.list-items', 'notes', 'k', undefined);
  expect(first).toMatchObject({ value: { items: { length: 1_000 }, next: 'k0999' } });
  expect(await box.call('storage.list-items', 'notes', 'k', 'k0999')).toEqual(
    returned({ items: [{ key: 'k1000', value: bytes('') }], next: undefined }),
  );
});

describe('each action needs its own permission, for its own space', () => {
  test.each([
    ['get', 'storage:read', 'storage:write:notes', ['notes', 'a']],
    ['list-items', 'storage:read', 'storage:write:notes', ['notes', '', undefined]],
    ['read-collection', 'storage:read', 'storage:write:notes', ['notes', 'log', 0n]],
    ['set', 'storage:write', 'storage:read:notes', ['notes', 'a', bytes('')]],
    ['delete', 'storage:write', 'storage:read:notes', ['notes', 'a']],
    ['append', 'storage:write', 'storage:read:notes', ['notes', 'log', bytes('')]],
    ['get', 'storage:read', 'storage:read:other', ['notes', 'a']],
    ['set', 'storage:write', 'storage:write:other', ['notes', 'a', bytes('')]],
  ] as const)('%s needs %s of its space, not %s', async (name, kind, granted, args) => {
    await using box = wired({ permissions: [granted] });
    expect(await box.call(`storage.${name}`, ...args)).toMatchObject(
      refused('denied', { permission: `${kind}:notes` }),
    );
    expect(box.audit).toMatchObject([{ decision: 'denied', permission: `${kind}:notes` }]);
  });
});

describe('what breaks the grammar is refused and stored nowhere', () => {
  const anywhere = ['storage:read:*', 'storage:write:*'];
  test.each(['', 'a\0b', 'a\nb', '\u0085', '\ud800', 'x'.repeat(513), 'é'.repeat(257)])(
    'the key %j',
    async (key) => {
      await using box = wired({ permissions: anywhere });
      for (const [name, args] of [
        ['set', [bytes('')]],
        ['get', []],
        ['delete', []],
      ] as const) {
        expect(await box.call(`storage.${name}`, 'notes', key, ...args)).toMatchObject(
          refused('invalid', expect.stringContaining('is not 1 to 512 bytes')),
        );
      }
      expect(await box.call('storage.list-items', 'notes', '', undefined)).toEqual(
        returned({ items: [], next: undefined }),
      );
    },
  );

  test.each(['', 'Notes', 'a b', "'; drop table storage_items; --", '../x', 'a\0', 'x'.repeat(129)])(
    'the space or collection %j',
    async (name) => {
      await using box = wired({ permissions: anywhere });
      expect(await box.call('storage.get', name, 'k')).toMatchObject(refused('invalid', expect.any(String)));
      expect(await box.call('storage.append', 'notes', name, bytes(''))).toMatchObject(
        refused('invalid', expect.any(String)),
      );
    },
  );

  test.each([
    ['a value that is no bytes', 'set', ['notes', 'k', 'text']],
    ['a number that is no u64', 'read-collection', ['notes', 'log', -1n]],
    ['a key that is no text', 'get', ['notes', 7]],
  ])('%s traps: no guest can send it', async (_what, name, args) => {
    await using box = wired({ permissions: anywhere });
    await expect(box.call(`storage.${name}`, ...args)).rejects.toMatchObject({ code: 'CELL_BROKE_PROTOCOL' });
  });
});

describe('limits', () => {
  test('over storage_bytes nothing is stored, and the figures are told', async () => {
    await using box = wired({ permissions, limits: { storage_bytes: 100 } });
    expect(await box.call('storage.set', 'notes', 'a', new Uint8Array(40))).toEqual(
      refused('quota-exceeded', 100n),
    );
    box.clock.advance(1_000);
    expect(await box.call('storage.append', 'notes', 'log', new Uint8Array(40))).toEqual(
      refused('quota-exceeded', 100n),
    );
    expect(await box.call('storage.set', 'notes', 'a', new Uint8Array(30))).toEqual(returned());
    const told = (reached: number) => ({ name: 'storage_bytes', reached, allowed: 100 });
    expect(box.telemetry.map((event) => event.kind === 'limit' && event.hit)).toEqual([told(110), told(112)]);
  });

  test('over storage_ops_per_second every function is refused, denied ones included', async () => {
    await using box = wired({ permissions: [], limits: { storage_ops_per_second: 2 } });
    await box.call('storage.get', 'notes', 'a');
    await box.call('storage.get', 'Bad', 'a');
    expect(await box.call('storage.get', 'notes', 'a')).toEqual(refused('rate-limited'));
    expect(box.audit).toHaveLength(2);
    box.clock.advance(1_000);
    expect(await box.call('storage.get', 'notes', 'a')).toMatchObject({ error: { tag: 'denied' } });
  });

  test('a value is no larger than a message, also when it was stored under another limit', async () => {
    const storage = new MemoryPluginStorage();
    await using box = wired({ permissions, storage, limits: { message_bytes: 2_048 } });
    await using small = wired({ permissions, storage, limits: { message_bytes: 1_024 } });
    expect(await box.call('storage.set', 'notes', 'a', new Uint8Array(2_048))).toEqual(returned());
    const tooLarge = refused('invalid', 'The value has 2048 bytes; message_bytes allows 1024');
    expect(await small.call('storage.get', 'notes', 'a')).toEqual(tooLarge);
    expect(await small.call('storage.append', 'notes', 'log', new Uint8Array(2_048))).toEqual(tooLarge);
  });
});

describe('a store that fails', () => {
  test.each([
    [{ reason: 'database or disk is full' }, 'database or disk is full'],
    [undefined, 'The host cannot use its database'],
  ])('is an io error for the plugin, and the whole story for the operator', async (details, val) => {
    const storage = new MemoryPluginStorage();
    await using box = wired({ permissions, storage });
    const message = 'The database "/var/lib/app/signalbox.sqlite" cannot be used: it is broken';
    storage.problem = new SignalboxError('STORE_FAILED', message, details ? { details } : {});
    expect(await box.call('storage.set', 'notes', 'a', bytes(''))).toEqual(refused('io', val));
    expect(box.logs).toEqual([
      { plugin: pluginId, time: 1_000_000, level: 'error', message, fields: { code: 'STORE_FAILED' } },
    ]);
  });

  test('in a way nobody foresaw traps', async () => {
    const storage = new MemoryPluginStorage();
    await using box = wired({ permissions, storage });
    storage.problem = new RangeError('A bug of ours');
    await expect(box.call('storage.get', 'notes', 'a')).rejects.toBe(storage.problem);
  });
});
