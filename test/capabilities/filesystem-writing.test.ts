import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, type Wired, wired } from './wired.ts';

const permissions = ['fs:write:out'];
const limits = { fs_ops_per_second: 1_000_000 };
const onLinux = process.platform === 'linux';

const bytes = (text: string) => new TextEncoder().encode(text);
const done = { outcome: 'returned', value: undefined };
const refused = (tag: string, val?: unknown) => ({
  outcome: 'refused',
  error: val === undefined ? { tag } : { tag, val },
});
const inaccessible = (path: string) =>
  refused('inaccessible', { permission: `fs:write:${path}`, rule: 'Not granted, or not there' });

/** A folder `out` to write to, and a `secret` beside it. */
async function sampleFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'out/deep'), { recursive: true });
  await mkdir(join(folder.path, 'outside'));
  await writeFile(join(folder.path, 'out/old'), '0123456789');
  await writeFile(join(folder.path, 'outside/secret'), 'secret');
  return folder;
}

const write = (box: Wired, path: string, text: string, offset = 0n, truncate = true) =>
  box.call('filesystem.write', path, offset, bytes(text), truncate);

describe('below a granted directory', () => {
  test.each([
    ['ab', 0n, true, 'ab'],
    ['ab', 0n, false, 'ab23456789'],
    ['ab', 4n, true, '0123ab'],
    ['ab', 9n, false, '012345678ab'],
    ['ab', 12n, true, '0123456789\0\0ab'],
    ['', 0n, true, ''],
    ['', 3n, true, '012'],
    ['', 3n, false, '0123456789'],
  ])('writing %j at %s, truncating %s, leaves %j', async (text, offset, truncate, content) => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions, limits });
    expect(await write(box, 'out/old', text, BigInt(offset), truncate)).toEqual(done);
    expect(await readFile(join(folder.path, 'out/old'), 'utf8')).toBe(content);
  });

  test('files and directories are made, for the user of the host alone, and removed', async () => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions, limits });
    expect(await box.call('filesystem.create-dir', 'out/deep/new')).toEqual(done);
    expect(await write(box, 'out/deep/new/file', 'made')).toEqual(done);
    expect(await readFile(join(folder.path, 'out/deep/new/file'), 'utf8')).toBe('made');
    if (process.platform !== 'win32') {
      expect((await stat(join(folder.path, 'out/deep/new/file'))).mode & 0o777).toBe(0o600);
      expect((await stat(join(folder.path, 'out/deep/new'))).mode & 0o777).toBe(0o700);
    }
    expect(await box.call('filesystem.remove', 'out/deep/new')).toEqual(refused('io', 'ENOTEMPTY'));
    expect(await box.call('filesystem.remove', 'out/deep/new/file')).toEqual(done);
    expect(await box.call('filesystem.remove', 'out/deep/new')).toEqual(done);
    expect(await readdir(join(folder.path, 'out/deep'))).toEqual([]);
  });

  test('a directory is no file, and what is there is not made again', async () => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions, limits });
    expect(await write(box, 'out/deep', 'x')).toEqual(refused('not-a-file'));
    expect(await box.call('filesystem.create-dir', 'out/old')).toEqual(refused('io', 'EEXIST'));
    expect(await box.call('filesystem.create-dir', 'out/deep')).toEqual(refused('io', 'EEXIST'));
  });

  test('a granted file can be written, and is neither made nor removed', async () => {
    await using folder = await sampleFolder();
    const granted = ['fs:write:out/old', 'fs:write:out/absent'];
    await using box = wired({ baseFolder: folder.path, permissions: granted, limits });
    expect(await write(box, 'out/old', 'new')).toEqual(done);
    expect(await box.call('filesystem.remove', 'out/old')).toEqual(inaccessible('out/old'));
    expect(await write(box, 'out/absent', 'new')).toEqual(inaccessible('out/absent'));
    expect(await box.call('filesystem.create-dir', 'out/absent')).toEqual(inaccessible('out/absent'));
  });
});

describe('what is not granted, not there or behind a link is one and the same error', () => {
  test.each([
    ['not granted', 'outside/secret'],
    ['neither granted nor there', 'outside/nothing'],
    ['in a directory that is not there', 'out/nothing/file'],
    ['below a file', 'out/old/file'],
    ['absolute', '/tmp/file'],
    ['through a link', 'out/link/file'],
    ['through a link to what is there', 'out/link/secret'],
  ])('%s', async (_what, path) => {
    await using folder = await sampleFolder();
    await symlink('../outside', join(folder.path, 'out/link'));
    await using box = wired({ baseFolder: folder.path, permissions, limits });
    expect(await write(box, path, 'x')).toEqual(inaccessible(path));
    expect(await box.call('filesystem.create-dir', path)).toEqual(inaccessible(path));
    expect(await box.call('filesystem.remove', path)).toEqual(inaccessible(path));
    expect(await readdir(join(folder.path, 'outside'))).toEqual(['secret']);
    expect(await readFile(join(folder.path, 'outside/secret'), 'utf8')).toBe('secret');
  });

  test('reading is no writing', async () => {
    await using folder = await sampleFolder();
    const granted = ['fs:read:out', 'fs:list:out', 'fs:metadata:out', 'watch:out'];
    await using box = wired({ baseFolder: folder.path, permissions: granted, limits });
    expect(await write(box, 'out/old', 'x')).toEqual(inaccessible('out/old'));
    expect(box.audit).toMatchObject([{ decision: 'denied', permission: 'fs:write:out/old' }]);
  });
});

test('links and pipes are neither followed nor written nor waited for nor removed', async () => {
  await using folder = await sampleFolder();
  await symlink('../outside/secret', join(folder.path, 'out/link'));
  await symlink('../outside/new', join(folder.path, 'out/dangling'));
  await once(spawn('sh', ['-c', 'mkfifo "$0"', join(folder.path, 'out/pipe')]), 'exit');
  await using box = wired({ baseFolder: folder.path, permissions, limits });
  for (const name of ['link', 'dangling', 'pipe']) {
    expect(await write(box, `out/${name}`, 'x')).toEqual(refused('not-a-file'));
    expect(await box.call('filesystem.create-dir', `out/${name}`)).toEqual(refused('io', 'EEXIST'));
    expect(await box.call('filesystem.remove', `out/${name}`)).toEqual(refused('not-a-file'));
  }
  expect(await readdir(join(folder.path, 'outside'))).toEqual(['secret']);
  expect(await readFile(join(folder.path, 'outside/secret'), 'utf8')).toBe('secret');
});

test('a file with another name, by a hard link, is not written', async () => {
  await using folder = await sampleFolder();
  await link(join(folder.path, 'outside/secret'), join(folder.path, 'out/hard'));
  await using box = wired({ baseFolder: folder.path, permissions, limits });
  expect(await write(box, 'out/hard', 'x')).toEqual(inaccessible('out/hard'));
  expect(await readFile(join(folder.path, 'outside/secret'), 'utf8')).toBe('secret');
  expect(box.audit.at(-1)).toMatchObject({ rule: 'It has another name, by a hard link' });
  expect(await box.call('filesystem.remove', 'out/hard')).toEqual(done);
});

test.runIf(onLinux)('nothing on another device is written', async () => {
  await using box = wired({ baseFolder: '/', permissions: ['fs:write:/'], limits });
  for (const path of ['/proc/self/comm', '/dev/null', '/dev/shm/new'])
    expect(await write(box, path, 'x')).toEqual(inaccessible(path));
});

describe('limits', () => {
  test('one call writes at most 1 MiB, and a file grows to 1 GiB', async () => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions, limits });
    const call = (offset: bigint, length: number) =>
      box.call('filesystem.write', 'out/old', offset, new Uint8Array(length), true);
    expect(await call(0n, 1024 ** 2)).toEqual(done);
    expect(await call(0n, 1024 ** 2 + 1)).toEqual(refused('io', 'One call writes at most 1048576 bytes'));
    expect(await call(1024n ** 3n - 1n, 1)).toEqual(done);
    expect(await call(1024n ** 3n, 1)).toEqual(refused('io', 'EFBIG'));
    expect(await call(2n ** 64n - 1n, 0)).toEqual(refused('io', 'EFBIG'));
  });

  test('operations over the rate are refused', async () => {
    await using folder = await sampleFolder();
    await using box = wired({ baseFolder: folder.path, permissions, limits: { fs_ops_per_second: 2 } });
    await box.call('filesystem.create-dir', 'out/a');
    await box.call('filesystem.remove', 'out/a');
    expect(await write(box, 'out/b', 'x')).toEqual(refused('rate-limited'));
    expect(await readdir(join(folder.path, 'out'))).toEqual(['deep', 'old']);
  });
});

test.each([
  ['bytes that are text', ['out/a', 0n, 'text', true]],
  ['an offset that is no bigint', ['out/a', 0, bytes('x'), true]],
  ['a flag that is no boolean', ['out/a', 0n, bytes('x'), 1]],
])('%s trap', async (_what, args) => {
  await using box = wired({ permissions });
  await expect(box.call('filesystem.write', ...args)).rejects.toMatchObject({ code: 'CELL_BROKE_PROTOCOL' });
});

test.runIf(onLinux)(
  'components exchanged with links during the walk never lead a write out, and no descriptor is left open',
  async () => {
    await using folder = await sampleFolder();
    const out = join(folder.path, 'out');
    const secrets = join(folder.path, 'outside');
    await mkdir(join(out, 'dir'));
    await symlink('../outside', join(out, 'dir-link'));
    await writeFile(join(out, 'file'), 'public');
    await symlink('../outside/secret', join(out, 'file-link'));
    await using box = wired({ baseFolder: folder.path, permissions, limits });
    await write(box, 'out/old', 'x');
    const before = (await readdir('/proc/self/fd')).length;

    const swapper = spawn(process.execPath, [
      fileURLToPath(new URL('./swap-components.ts', import.meta.url)),
      out,
    ]);
    await once(swapper.stdout, 'data');
    // Six operations each. Set it to 50,000 after a change of the walk; that takes minutes.
    const rounds = Number(process.env['SIGNALBOX_RACE_WRITES'] ?? 300);
    let written = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const made = `out/dir/new-${round}`;
        const replies = [
          await write(box, 'out/file', 'changed'),
          await write(box, made, 'made'),
          await box.call('filesystem.remove', made),
          await box.call('filesystem.remove', 'out/dir/secret'),
          await box.call('filesystem.create-dir', `${made}-dir`),
          await box.call('filesystem.remove', `${made}-dir`),
        ];
        written += replies.filter(({ outcome }) => outcome === 'returned').length;
      }
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'exit');
    }

    expect(written).toBeGreaterThan(0);
    expect(await readdir(secrets)).toEqual(['secret']);
    expect(await readFile(join(secrets, 'secret'), 'utf8')).toBe('secret');
    await expect.poll(async () => (await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before);
  },
  // However long it was asked to take.
  3_600_000,
);

describe('what a plugin may add to the disk is bounded', () => {
  const block = 4_096;
  const quota = 3 * block;
  const open = (folder: string) =>
    wired({ baseFolder: folder, permissions, limits: { ...limits, fs_write_bytes: quota } });
  const full = refused('io', 'EDQUOT');
  const hit = (reached: number) => ({ name: 'fs_write_bytes', reached, allowed: quota });

  test('bytes and entries count, and what would be too much is not begun', async () => {
    await using folder = await sampleFolder();
    await using box = open(folder.path);
    expect(await box.call('filesystem.create-dir', 'out/new')).toEqual(done);
    expect(await write(box, 'out/new/file', 'x'.repeat(block))).toEqual(done);
    expect(await write(box, 'out/new/file', 'x'.repeat(block + 1))).toEqual(full);
    expect(await write(box, 'out/new/file', 'y', BigInt(block), false)).toEqual(full);
    expect(await write(box, 'out/new/file', '', BigInt(block + 1))).toEqual(full);
    expect(await write(box, 'out/new/other', '')).toEqual(full);
    expect(await box.call('filesystem.create-dir', 'out/other')).toEqual(full);
    expect(await readdir(join(folder.path, 'out/new'))).toEqual(['file']);
    expect((await stat(join(folder.path, 'out/new/file'))).size).toBe(block);
    expect(box.telemetry).toMatchObject([{ kind: 'limit', hit: hit(quota + 1) }]);
  });

  test('a hole counts as what it pretends to be', async () => {
    await using folder = await sampleFolder();
    await using box = open(folder.path);
    expect(await write(box, 'out/old', 'x', 1024n ** 2n)).toEqual(full);
    expect(await write(box, 'out/made', 'x', 1024n ** 2n)).toEqual(full);
    expect(await readdir(join(folder.path, 'out'))).toEqual(['deep', 'old']);
  });

  test('writing over what is there costs nothing, and what is removed counts back, but never below nothing', async () => {
    await using folder = await sampleFolder();
    await using box = open(folder.path);
    const large = 'x'.repeat(2 * block);
    expect(await box.call('filesystem.remove', 'out/old')).toEqual(done);
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await write(box, 'out/file', large)).toEqual(done);
      expect(await write(box, 'out/file', large)).toEqual(done);
      expect(await write(box, 'out/more', '')).toEqual(full);
      expect(await box.call('filesystem.remove', 'out/file')).toEqual(done);
    }
  });

  test('calls at once do not pass it together', async () => {
    await using folder = await sampleFolder();
    await using box = open(folder.path);
    const writes = Array.from({ length: 8 }, (_, index) => write(box, `out/file-${index}`, 'x'));
    const outcomes = (await Promise.all(writes)).map(
      (reply) => JSON.stringify(reply) === JSON.stringify(done),
    );
    expect(outcomes.filter(Boolean).length).toBe(2);
  });
});
