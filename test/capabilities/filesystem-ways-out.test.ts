import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { descriptorWalk } from '../../src/capabilities/descriptor-walk.ts';
import { all, inaccessible, limits, readText, sampleFolder } from './waves-folder.ts';
import { wired } from './wired.ts';

const onLinux = process.platform === 'linux';

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

test('a link on the way is denied in the audit, with the reason', async () => {
  await using folder = await sampleFolder();
  await symlink('../outside', join(folder.path, 'waves/out'));
  await using box = wired({ baseFolder: folder.path, permissions: all('waves'), limits });
  await box.call('filesystem.read', 'waves/out/secret', 0n, 10);
  expect(box.audit.filter(({ decision }) => decision === 'denied')).toMatchObject([
    { permission: 'fs:read:waves/out/secret', rule: 'A symbolic link leads there' },
  ]);
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
