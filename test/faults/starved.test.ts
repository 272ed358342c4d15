import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const program = new URL('starved-child.ts', import.meta.url).pathname;
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

let folder = '';
let canMount = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-starved-'));
  canMount = await shell(onDisk('1m', 'true')).then(
    () => true,
    () => false,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A command with a disk of its own in the folder, which nobody else sees. */
function onDisk(size: string, command: string): readonly string[] {
  const mount = `mount -t tmpfs -o size=${size} none ${quoted(folder)}`;
  return ['unshare', '--mount', '--map-root-user', 'sh', '-c', `${mount} && ${command}`];
}

async function shell([command = '', ...args]: readonly string[]): Promise<unknown> {
  const { stdout } = await run(command, args);
  return stdout === '' ? undefined : JSON.parse(stdout);
}

const starving = (what: string): string => [process.execPath, program, folder, what].map(quoted).join(' ');

describe('on a full disk', () => {
  test('a save is refused, the file stays as it is, and nothing is left beside it', async ({ skip }) => {
    skip(!canMount, 'No disk can be mounted here');
    expect(await shell(onDisk('256k', starving('config')))).toEqual({
      refused: 'CONFIG_UNREADABLE',
      isUntouched: true,
      left: ['app.toml', 'filler'],
      later: 'none',
    });
  });

  test('a commit is refused, and every row that was acknowledged is there', async ({ skip }) => {
    skip(!canMount, 'No disk can be mounted here');
    expect(await shell(onDisk('1m', starving('database')))).toEqual({
      refused: 'STORE_FAILED',
      isSomeAcknowledged: true,
      lost: [],
      torn: [],
      integrity: ['ok'],
      later: 'none',
    });
  });

  test('a limit on the size of files is like a full disk', async () => {
    const limited = `ulimit -f 60; exec ${starving('config-limited')}`;
    expect(await shell(['sh', '-c', limited])).toEqual({
      refused: 'CONFIG_UNREADABLE',
      isUntouched: true,
      left: ['app.toml'],
    });
  });
});

describe('in a folder that cannot be written', () => {
  test('a save is refused, and a database is not made', async ({ skip }) => {
    skip(!canMount, 'No disk can be mounted here');
    const entry = '[[plugins.entries]]\nid = "a"\nartifact_path = "a.wasm"\n';
    const write = `printf %s ${quoted(entry)} > ${quoted(join(folder, 'app.toml'))}`;
    const readOnly = `mount -o remount,ro ${quoted(folder)}`;
    expect(await shell(onDisk('256k', `${write} && ${readOnly} && ${starving('read-only')}`))).toEqual({
      refused: 'CONFIG_UNREADABLE',
      database: 'STORE_FAILED',
      isUntouched: true,
      left: ['app.toml'],
    });
  });
});

describe('without file descriptors', () => {
  test('a save is refused, and done when there are some again', async () => {
    expect(await shell(['sh', '-c', `ulimit -n 64; exec ${starving('descriptors')}`])).toEqual({
      refused: 'CONFIG_UNREADABLE',
      read: 'none',
      isUntouched: true,
      left: ['app.toml'],
      later: 'none',
    });
  });
});
