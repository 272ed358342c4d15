import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { descriptorWalk } from '../../src/capabilities/descriptor-walk.ts';
import { pluginId, temporaryFolder, type Wired, wired } from './wired.ts';

const all = (scope: string) => ['list', 'metadata', 'read'].map((action) => `fs:${action}:${scope}`);
const limits = { fs_ops_per_second: 1_000_000 };
const onLinux = process.platform === 'linux';

const inaccessible = (permission: string) => ({
  outcome: 'refused',
  error: { tag: 'inaccessible', val: { permission, rule: 'Not granted, or not there' } },
});

/** A folder `waves` with a few files, and a `secret` beside it. */
async function sampleFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'waves/deep/er'), { recursive: true });
  await mkdir(join(folder.path, 'outside'));
  await writeFile(join(folder.path, 'waves/a.vcd'), 'hello waves');
  await writeFile(join(folder.path, 'waves/deep/er/b c.fst'), 'deep');
  await writeFile(join(folder.path, 'outside/secret'), 'secret');
  return folder;
}

async function readText(box: Wired, path: string, offset = 0n, length = 1_000): Promise<unknown> {
  const reply = await box.call('filesystem.read', path, offset, length);
  return reply.outcome === 'returned' && reply.value instanceof Uint8Array
    ? Buffer.from(reply.value).toString()
    : reply;
}

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

describe('what is not granted, not there or behind a link gives one and the same error', () => {
  test.each([
    ['not granted', 'outside/secret'],
    ['neither granted nor there', 'outside/nothing'],
    ['granted and not there', 'waves/nothing'],
    ['below a file', 'waves/a.vcd/x'],
    ['absolute', '/etc/passwd'],
    ['through a link to a directory', 'waves/out/secret'],
    ['through a link inside the root', 'waves/inside/er/b c.fst'],
    ['through a chain of links', 'waves/chain/secret'],
    ['of a wrong case', 'Waves/a.vcd'],
  ])('%s', async (_what, path) => {
    await using folder = await sampleFolder();
    await symlink('../outside', join(folder.path, 'waves/out'));
    await symlink('out', join(folder.path, 'waves/chain'));
    await symlink('deep', join(folder.path, 'waves/inside'));
    await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
    expect(await box.call('filesystem.read', path, 0n, 10)).toEqual(inaccessible(`fs:read:${path}`));
    expect(await box.call('filesystem.read-metadata', path)).toEqual(inaccessible(`fs:metadata:${path}`));
    expect(await box.call('filesystem.list-dir', path, undefined)).toEqual(inaccessible(`fs:list:${path}`));
  });
});

test('links, pipes and sockets are seen, and neither read nor followed nor waited for', async () => {
  await using folder = await sampleFolder();
  await symlink('../outside/secret', join(folder.path, 'waves/link'));
  await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
  const server = createServer().listen(join(folder.path, 'waves/socket'));
  await once(server, 'listening');
  await once(spawn('sh', ['-c', 'mkfifo "$0"', join(folder.path, 'waves/pipe')]), 'exit');
  for (const name of ['link', 'socket', 'pipe']) {
    expect(await box.call('filesystem.read-metadata', `waves/${name}`)).toMatchObject({
      value: { kind: 'other', size: 0n },
    });
    expect(await box.call('filesystem.read', `waves/${name}`, 0n, 10)).toEqual({
      outcome: 'refused',
      error: { tag: 'not-a-file' },
    });
    expect(await box.call('filesystem.list-dir', `waves/${name}`, undefined)).toEqual({
      outcome: 'refused',
      error: { tag: 'not-a-directory' },
    });
  }
  await new Promise((resolve) => server.close(resolve));
});

test.runIf(onLinux)('nothing on another device is reached', async () => {
  await using box = wired({ baseFolder: '/', permissions: all('/'), limits });
  expect(await box.call('filesystem.read', '/proc/self/environ', 0n, 10)).toMatchObject({
    error: { tag: 'inaccessible' },
  });
  expect(await box.call('filesystem.list-dir', '/proc/self/fd', undefined)).toMatchObject({
    error: { tag: 'inaccessible' },
  });
  expect(await box.call('filesystem.read', '/dev/zero', 0n, 10)).toMatchObject({
    error: { tag: 'inaccessible' },
  });
  expect(box.audit.filter(({ decision }) => decision === 'denied').map(({ rule }) => rule)).toEqual(
    Array(3).fill('It lies on another device than the granted directory'),
  );
});

test('a hard link is the file itself', async () => {
  await using folder = await sampleFolder();
  await link(join(folder.path, 'outside/secret'), join(folder.path, 'waves/hard'));
  await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
  expect(await readText(box, 'waves/hard')).toBe('secret');
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

test('a link on the way is denied in the audit, with the reason', async () => {
  await using folder = await sampleFolder();
  await symlink('../outside', join(folder.path, 'waves/out'));
  await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
  await box.call('filesystem.read', 'waves/out/secret', 0n, 10);
  expect(box.audit.filter(({ decision }) => decision === 'denied')).toMatchObject([
    { permission: 'fs:read:waves/out/secret', rule: 'A symbolic link leads there' },
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

test.runIf(onLinux)(
  'components exchanged with links during the walk never lead out, and no descriptor is left open',
  async () => {
    await using folder = await sampleFolder();
    const waves = join(folder.path, 'waves');
    await mkdir(join(waves, 'dir'));
    await writeFile(join(waves, 'dir/secret'), 'public');
    await symlink('../outside', join(waves, 'dir-link'));
    await writeFile(join(waves, 'file'), 'public');
    await symlink('../outside/secret', join(waves, 'file-link'));
    await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
    await readText(box, 'waves/a.vcd');
    const before = (await readdir('/proc/self/fd')).length;

    const swapper = spawn(process.execPath, [
      fileURLToPath(new URL('./swap-components.ts', import.meta.url)),
      waves,
    ]);
    await once(swapper.stdout, 'data');
    // Set it to 400,000 after a change of the walk; that takes minutes.
    const rounds = Number(process.env['SIGNALBOX_RACE_READS'] ?? 4_000);
    const seen = new Map<string, number>();
    try {
      for (let round = 0; round < rounds; round++) {
        const content = await readText(box, round % 2 === 0 ? 'waves/dir/secret' : 'waves/file');
        const what = typeof content === 'string' ? content : 'refused';
        seen.set(what, (seen.get(what) ?? 0) + 1);
      }
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'exit');
    }

    expect(descriptorWalk.tier).toBe('descriptor');
    expect([...seen.keys()].sort()).toEqual(['public', 'refused']);
    expect(seen.get('public')).toBeGreaterThan(0);
    await expect.poll(async () => (await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before);
  },
);
