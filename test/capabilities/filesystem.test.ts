import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { all, inaccessible, limits, readText, sampleFolder } from './waves-folder.ts';
import { pluginId, wired } from './wired.ts';

describe('what lies below a granted directory can be listed, looked at and read', () => {
  test('a listing is sorted and gives paths for the next call', async () => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
    await symlink('a.vcd', join(folder.path, 'waves/link'));
    await writeFile(join(folder.path, 'waves/B'), '');
    await writeFile(join(folder.path, 'waves/12:30.vcd'), '');
    expect(await box.call('filesystem.list-dir', './waves/', undefined)).toEqual({
      outcome: 'returned',
      value: {
        entries: [
          { path: 'waves/12:30.vcd', kind: 'other' },
          { path: 'waves/B', kind: 'file' },
          { path: 'waves/a.vcd', kind: 'file' },
          { path: 'waves/deep', kind: 'directory' },
          { path: 'waves/link', kind: 'other' },
        ],
        next: undefined,
      },
    });
  });

  test('a large directory comes in pages that fit together, whatever happens in between', async () => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions: all('many'), limits });
    await mkdir(join(folder.path, 'many'));
    const names = Array.from({ length: 2_001 }, (_, index) => `f${String(index).padStart(4, '0')}`);
    await Promise.all(names.map((name) => writeFile(join(folder.path, 'many', name), '')));
    const found: string[] = [];
    const sizes: number[] = [];
    for (let page: number | undefined = 0; page !== undefined; ) {
      const reply = await box.call('filesystem.list-dir', 'many', page);
      if (reply.outcome !== 'returned') throw new Error('refused');
      const { entries, next } = reply.value as { entries: { path: string }[]; next: number | undefined };
      found.push(...entries.map(({ path }) => path));
      sizes.push(entries.length);
      page = next;
      await writeFile(join(folder.path, 'many', `a${sizes.length}`), '');
    }
    expect(sizes).toEqual([1_000, 1_000, 1]);
    expect(found).toEqual(names.map((name) => `many/${name}`));
  });

  test('metadata tells kind, size and time', async () => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
    await utimes(join(folder.path, 'waves/a.vcd'), 1_700_000_000, 1_700_000_000);
    expect(await box.call('filesystem.read-metadata', 'waves/a.vcd')).toEqual({
      outcome: 'returned',
      value: { path: 'waves/a.vcd', kind: 'file', size: 11n, modifiedUnixNanos: 1_700_000_000_000_000_000n },
    });
    expect(await box.call('filesystem.read-metadata', 'waves/deep')).toMatchObject({
      value: { kind: 'directory' },
    });
  });

  test.each([
    [0n, 1_000, 'hello waves'],
    [6n, 3, 'wav'],
    [6n, 0, ''],
    [11n, 5, ''],
    [0xffff_ffff_ffff_ffffn, 5, ''],
  ])('reading from %d at most %d bytes gives %j', async (offset, length, text) => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
    expect(await readText(box, 'waves/a.vcd', offset, length)).toBe(text);
  });

  test('one read gives no more than 1 MiB, and no more than a message holds', async () => {
    await using folder = await sampleFolder();
    await writeFile(join(folder.path, 'waves/big'), Buffer.alloc(3 * 1024 * 1024, 1));
    const permissions = all('waves');
    await using box = wired({
      baseFolder: folder.path,
      permissions,
      limits: { message_bytes: 4 * 1024 * 1024 },
    });
    await using small = wired({ baseFolder: folder.path, permissions, limits: { message_bytes: 1_024 } });
    expect(await box.call('filesystem.read', 'waves/big', 0n, 0xffff_ffff)).toMatchObject({
      value: { length: 1024 * 1024 },
    });
    expect(await small.call('filesystem.read', 'waves/big', 0n, 0xffff_ffff)).toMatchObject({
      value: { length: 1_024 },
    });
  });

  test('the root may be ".", absolute, a file, or a link that the operator named', async () => {
    await using folder = await sampleFolder();
    await symlink('outside', join(folder.path, 'alias'));
    const permissions = [
      'fs:read:.',
      `fs:read:${folder.path}/outside/`,
      'fs:read:alias',
      'fs:read:waves/a.vcd',
    ];
    await using box = wired({ baseFolder: folder.path, permissions, limits });
    expect(await readText(box, 'waves/deep/er/b c.fst')).toBe('deep');
    expect(await readText(box, `${folder.path}/outside/secret`)).toBe('secret');
    expect(await readText(box, 'alias/secret')).toBe('secret');
    expect(await readText(box, 'waves/a.vcd')).toBe('hello waves');
  });
});

test.each([
  'waves/../outside/secret',
  '../x',
  'waves//a.vcd',
  'waves/a\0',
  'waves\\a.vcd',
  'waves/%2e%2e/outside',
  'waves/aux',
  '',
])('the path %j breaks the grammar, is refused as that, and audited', async (path) => {
  await using folder = await sampleFolder();
  await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
  expect(await box.call('filesystem.read', path, 0n, 10)).toMatchObject({
    outcome: 'refused',
    error: { tag: 'invalid-path' },
  });
  expect(box.audit).toMatchObject([{ decision: 'denied' }]);
});

test('each action needs its own permission', async () => {
  await using folder = await sampleFolder();
  await using box = wired({ baseFolder: folder.path, permissions: ['fs:list:waves'], limits });
  expect(await box.call('filesystem.list-dir', 'waves', undefined)).toMatchObject({ outcome: 'returned' });
  expect(await box.call('filesystem.read', 'waves/a.vcd', 0n, 10)).toEqual(
    inaccessible('fs:read:waves/a.vcd'),
  );
  expect(await box.call('filesystem.read-metadata', 'waves/a.vcd')).toEqual(
    inaccessible('fs:metadata:waves/a.vcd'),
  );
  expect(box.audit).toEqual([
    {
      plugin: pluginId,
      time: 1_000_000,
      decision: 'used',
      permission: 'fs:list:waves',
      rule: 'fs:list:waves',
    },
    {
      plugin: pluginId,
      time: 1_000_000,
      decision: 'denied',
      permission: 'fs:read:waves/a.vcd',
      rule: '"fs:read" is not granted; to allow it, write in the entry "waves.scanner": permissions = ["fs:list:waves", "fs:read:waves/a.vcd"]',
    },
    {
      plugin: pluginId,
      time: 1_000_000,
      decision: 'denied',
      permission: 'fs:metadata:waves/a.vcd',
      rule: '"fs:metadata" is not granted; to allow it, write in the entry "waves.scanner": permissions = ["fs:list:waves", "fs:metadata:waves/a.vcd"]',
    },
  ]);
});

test('operations over the rate are refused, and a huge directory costs its size', async () => {
  await using folder = await sampleFolder();
  await mkdir(join(folder.path, 'waves/many'));
  await Promise.all(
    Array.from({ length: 2_500 }, (_, index) => writeFile(join(folder.path, `waves/many/${index}`), '')),
  );
  await using box = wired({
    baseFolder: folder.path,
    permissions: all('waves'),
    limits: { fs_ops_per_second: 5 },
  });
  await box.call('filesystem.list-dir', 'waves/many', undefined);
  expect(await readText(box, 'waves/a.vcd')).toBe('hello waves');
  expect(await readText(box, 'waves/a.vcd')).toBe('hello waves');
  expect(await readText(box, 'waves/a.vcd')).toEqual({ outcome: 'refused', error: { tag: 'rate-limited' } });
});

test('after its wiring is disposed an instance reaches nothing', async () => {
  await using folder = await sampleFolder();
  await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
  await box.wiring[Symbol.asyncDispose]();
  await expect(box.call('filesystem.read', 'waves/a.vcd', 0n, 10)).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
  });
});

test.each([
  ['a page that is no u32', 'list-dir', ['waves', -1]],
  ['an offset that is no bigint', 'read', ['waves/a.vcd', 0, 10]],
  ['an offset below zero', 'read', ['waves/a.vcd', -1n, 10]],
  ['a length that is no integer', 'read', ['waves/a.vcd', 0n, 1.5]],
  ['a path that is no text', 'read-metadata', [{ toString: () => 'waves/a.vcd' }]],
])('%s traps', async (_what, name, args) => {
  await using box = wired({ permissions: all('waves') });
  await expect(box.call(`filesystem.${name}`, ...args)).rejects.toMatchObject({
    code: 'CELL_BROKE_PROTOCOL',
  });
});
