import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import type { GrantMemory } from '../../src/ports/grant-memory.ts';
import type { Database } from '../../src/store/database.ts';
import { databaseFile, lazyDatabase } from '../../src/store/lazy-database.ts';
import { MemoryGrantMemory } from '../../src/store/memory-grant-memory.ts';
import { StoredGrantMemory } from '../../src/store/stored-grant-memory.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sbx-grants-'));
});
afterAll(() => rm(root, { recursive: true }));

const a = parsePluginId('waves.a');
const b = parsePluginId('waves.b');
const lease = { permission: 'log', grantedAt: 5, calls: 9 };

async function stored(folder: string): Promise<AsyncDisposable & { readonly memory: GrantMemory }> {
  const database = lazyDatabase(databaseFile(folder));
  const memory = new StoredGrantMemory(database);
  return {
    memory,
    [Symbol.asyncDispose]: async () => {
      await memory[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

describe.each([
  ['in memory', async () => ({ memory: new MemoryGrantMemory(), [Symbol.asyncDispose]: async () => {} })],
  ['in the database', async () => stored(await mkdtemp(join(root, 'contract-')))],
])('grants remembered %s', (_where, open) => {
  test('tell a plugin never seen from one that asks for nothing', async () => {
    await using box = await open();
    await box.memory.approve(a, '1.0.0', [], 0);
    expect([(await box.memory.recall(a)).approved, (await box.memory.recall(b)).approved]).toEqual([
      [],
      undefined,
    ]);
  });

  test('hold what was approved last', async () => {
    await using box = await open();
    await box.memory.approve(a, '1.0.0', ['log', 'random'], 0);
    await box.memory.approve(a, '2.0.0', ['log', 'metrics'], 1);
    expect((await box.memory.recall(a)).approved).toEqual(['log', 'metrics']);
  });

  test('add up what is used of each lease by itself', async () => {
    await using box = await open();
    const other = { ...lease, grantedAt: 6 };
    await box.memory.recall(a);
    for (const bytes of [1, 2, 3]) box.memory.spend(a, lease, { calls: 1, bytes });
    box.memory.spend(b, lease, { calls: 1, bytes: 0 });
    expect([box.memory.useOf(a, lease), box.memory.useOf(a, other), box.memory.useOf(b, lease)]).toEqual([
      { calls: 3, bytes: 6 },
      { calls: 0, bytes: 0 },
      { calls: 1, bytes: 0 },
    ]);
    expect((await box.memory.recall(a)).leaseUse).toEqual(new Map([['log 5', { calls: 3, bytes: 6 }]]));
  });
});

test('a restart forgets neither approvals nor uses, and a raised budget goes on where it was', async () => {
  const folder = await mkdtemp(join(root, 'restart-'));
  for (let run = 0; run < 3; run++) {
    await using box = await stored(folder);
    await box.memory.recall(a);
    for (let use = 0; use < 100; use++) box.memory.spend(a, lease, { calls: 1, bytes: 10 });
    await box.memory.approve(a, '1.0.0', ['log'], 0);
  }
  await using box = await stored(folder);
  expect(await box.memory.recall(a)).toEqual({
    approved: ['log'],
    leaseUse: new Map([['log 5', { calls: 300, bytes: 3_000 }]]),
  });
  expect(box.memory.useOf(a, { ...lease, calls: 1_000 })).toEqual({ calls: 300, bytes: 3_000 });
});

test('uses that cannot be written are told, kept, and written when it works again', async () => {
  const folder = await mkdtemp(join(root, 'failing-'));
  const real = lazyDatabase(databaseFile(folder));
  let isFull = false;
  const failing: Database = {
    transact: async (statements) => {
      if (isFull) throw new SignalboxError('STORE_FAILED', 'disk full');
      return real.transact(statements);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const memory = new StoredGrantMemory(failing);
  await memory.recall(a);
  isFull = true;
  memory.spend(a, lease, { calls: 2, bytes: 0 });
  await memory[Symbol.asyncDispose]();
  expect([memory.problem, memory.useOf(a, lease).calls]).toEqual(['disk full', 2]);
  isFull = false;
  await memory.recall(a);
  expect(memory.problem).toBe(undefined);
  await memory[Symbol.asyncDispose]();
  await real[Symbol.asyncDispose]();
  await using box = await stored(folder);
  expect((await box.memory.recall(a)).leaseUse).toEqual(new Map([['log 5', { calls: 2, bytes: 0 }]]));
});

test('a database that cannot be opened lets nothing be recalled, and is tried again', async () => {
  const memory = new StoredGrantMemory(lazyDatabase(databaseFile('/dev/null/x')));
  await expect(memory.recall(a)).rejects.toThrow();
  await expect(memory.recall(a)).rejects.toThrow();
});
