import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostImports } from '../../../src/ports/host-imports.ts';
import type { Prepared } from '../../../src/ports/sandbox.ts';
import { call, type Harness, openHarness, returned } from '../harness.ts';
import { exited, openGuest, run, wasiFixture } from './guests.ts';

let harness: Harness;
let probe: Prepared;
beforeAll(async () => {
  harness = await openHarness(1);
  probe = await harness.bytes(await wasiFixture('probe.wasm'));
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
});

const files = { 'data/a.txt': 'alpha\nbeta\n', 'data/sub/b.txt': 'b\n', 'secret.txt': 'secret\n' };
const readable = { files, permissions: ['fs:list:data', 'fs:metadata:data', 'fs:read:data'] };

describe('with a grant', () => {
  test.each([
    [
      ['cat', 'data/a.txt'],
      ['alpha', 'beta'],
    ],
    [['cat', '/data/./sub//b.txt'], ['b']],
    [
      ['list', 'data'],
      ['a.txt', 'sub'],
    ],
    [['size', 'data/a.txt'], ['11']],
    [['seek', 'data/a.txt'], ['a']],
  ])('%j says %j', async (words, stdout) => {
    const end = await run(harness, probe, words, readable);
    expect({ outcome: end.outcome, stdout: end.stdout, stderr: end.stderr }).toEqual({
      outcome: returned(undefined),
      stdout,
      stderr: [],
    });
  });

  test('a file can be granted alone, and its folder holds nothing else', async () => {
    const options = { files, permissions: ['fs:read:data/a.txt'] };
    expect((await run(harness, probe, ['cat', 'data/a.txt'], options)).stdout).toEqual(['alpha', 'beta']);
    const other = await run(harness, probe, ['cat', 'data/sub/b.txt'], options);
    expect(other.stderr).toEqual(['open: EACCES']);
  });

  test('the folder of the config can be granted', async () => {
    const { stdout } = await run(harness, probe, ['cat', 'secret.txt'], {
      files,
      permissions: ['fs:read:.'],
    });
    expect(stdout).toEqual(['secret']);
  });

  test('a large file is read in few operations', async () => {
    const text = 'x'.repeat(63);
    const end = await run(harness, probe, ['cat', 'data/large.txt'], {
      files: { 'data/large.txt': `${text}\n`.repeat(4_000) },
      permissions: ['fs:read:data'],
      limits: { fs_ops_per_second: 10 },
    });
    expect(end.outcome).toEqual(returned(undefined));
    expect(end.stdout[0]).toBe(text);
  });

  test('a file is no folder, whatever is asked of it', async () => {
    const end = await run(harness, probe, ['unlink', 'data/a.txt/'], readable);
    expect(end.stderr).toEqual(['unlink: ENOTDIR']);
  });

  test('an absent file is absent', async () => {
    const end = await run(harness, probe, ['cat', 'data/absent'], readable);
    expect(end.stderr).toEqual(['open: ENOENT']);
  });
});

describe('without one', () => {
  test('there is no directory to start from, and the audit has the attempt', async () => {
    await using guest = await openGuest(harness, probe, { files, words: ['cat', 'data/a.txt'] });
    expect(await call(guest.instance, 'run.run')).toMatchObject(exited(1));
    expect(guest.wired.audit).toContainEqual(
      expect.objectContaining({ decision: 'denied', permission: 'fs:list:*' }),
    );
  });

  test.each([
    ['to read', ['cat', 'data/a.txt'], ['fs:list:data'], 'open: EACCES', 'denied fs:read:data/a.txt'],
    ['to write', ['save', 'data/a.txt'], ['fs:read:data'], 'open: EACCES', 'denied fs:write:data/a.txt'],
    ['to make a file', ['save', 'data/new'], ['fs:read:data'], 'open: EACCES', 'denied fs:write:data/new'],
    ['to list', ['list', 'data'], ['fs:read:data'], 'opendir: EACCES', 'denied fs:list:data'],
    ['to look', ['size', 'data/a.txt'], ['fs:read:data'], 'stat: EACCES', 'denied fs:metadata:data/a.txt'],
    [
      'to make a folder',
      ['mkdir', 'data/new'],
      ['fs:read:data'],
      'mkdir: EACCES',
      'denied fs:write:data/new',
    ],
    ['to remove', ['unlink', 'data/a.txt'], ['fs:read:data'], 'unlink: EACCES', 'denied fs:write:data/a.txt'],
  ])('it may not %s', async (_what, words, permissions, stderr, denied) => {
    const end = await run(harness, probe, words, { files, permissions });
    expect(end.stderr).toEqual([stderr]);
    expect(end.audit.filter((text) => text.startsWith('denied'))).toEqual([denied]);
  });
});

describe('a path that leads out', () => {
  test.each([
    ['data/../secret.txt', 'denied fs:metadata:data/../secret.txt'],
    ['data/sub/../../secret.txt', 'denied fs:metadata:data/sub/../../secret.txt'],
    ['data/../data/a.txt', 'denied fs:metadata:data/../data/a.txt'],
  ])('%s is refused, and the audit has it', async (path, denied) => {
    const end = await run(harness, probe, ['cat', path], readable);
    expect(end.outcome).toMatchObject(exited(1));
    expect(end.stderr).toEqual(['open: EPERM']);
    expect(end.audit).toEqual([denied]);
  });

  test('by a link is refused, and the audit has it', async () => {
    await using guest = await openGuest(harness, probe, {
      ...readable,
      permissions: [...readable.permissions, 'log'],
      words: ['cat', 'data/out/secret.txt'],
    });
    await symlink(guest.folder, join(guest.folder, 'data/out'));
    expect(await call(guest.instance, 'run.run')).toMatchObject(exited(1));
    expect(guest.wired.logs.map(({ message }) => message)).toEqual(['open: ENOENT']);
    expect(guest.wired.audit).toContainEqual(
      expect.objectContaining({ decision: 'denied', rule: 'A symbolic link leads there' }),
    );
  });

  test('by its last name is no file to open', async () => {
    await using guest = await openGuest(harness, probe, {
      ...readable,
      permissions: [...readable.permissions, 'log'],
      words: ['cat', 'data/link'],
    });
    await symlink(join(guest.folder, 'secret.txt'), join(guest.folder, 'data/link'));
    await call(guest.instance, 'run.run');
    expect(guest.wired.logs.map(({ message }) => message)).toEqual(['open: ELOOP']);
  });
});

describe('writing', () => {
  /** A disk of one file, which takes down what is written. */
  function disk() {
    const written: (readonly unknown[])[] = [];
    let size = 5n;
    const imports: HostImports = {
      'signalbox:plugin/filesystem': {
        'read-metadata': () => ({
          outcome: 'returned',
          value: { path: 'data/a.txt', kind: 'file', size, modifiedUnixNanos: 0n },
        }),
        write: ([path, offset, bytes, truncate]) => {
          const text = bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : '';
          written.push([path, offset, text, truncate]);
          if (typeof offset === 'bigint') size = offset + BigInt(text.length);
          return { outcome: 'returned', value: undefined };
        },
      },
    };
    return { written, imports };
  }
  const permissions = ['fs:metadata:data', 'fs:read:data', 'fs:write:data'];

  test.each([
    [
      'save',
      [
        ['data/a.txt', 0n, '', true],
        ['data/a.txt', 0n, 'saved\n', false],
      ],
    ],
    ['append', [['data/a.txt', 5n, 'more\n', false]]],
  ])('%s arrives at the broker before it returns', async (action, expected) => {
    const { written, imports } = disk();
    const end = await run(harness, probe, [action, 'data/a.txt'], { permissions, imports });
    expect(end.outcome).toEqual(returned(undefined));
    expect(written).toEqual(expected);
  });

  test('what the host has no function for is not supported', async () => {
    const { imports } = disk();
    const end = await run(harness, probe, ['rename', 'data/a.txt', 'data/b.txt'], { permissions, imports });
    expect(end.stderr).toEqual(['rename: ENOTSUP']);
  });
});

describe('the rate of operations', () => {
  /** Refuses every other call, as a limit does. */
  function limited(): HostImports {
    let calls = 0;
    return {
      'signalbox:plugin/filesystem': {
        'read-metadata': () => {
          calls += 1;
          return calls % 2 === 1
            ? { outcome: 'refused', error: { tag: 'rate-limited' } }
            : {
                outcome: 'returned',
                value: { path: 'data/a.txt', kind: 'file', size: 7n, modifiedUnixNanos: 0n },
              };
        },
      },
    };
  }

  test('slows a program down and does not fail it', async () => {
    const end = await run(harness, probe, ['size', 'data/a.txt'], {
      permissions: ['fs:metadata:data'],
      imports: limited(),
    });
    expect(end.stdout).toEqual(['7']);
  });
});
