import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseConfig, chooseTarget } from '../../src/cli/config-choice.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-choice-'));
  await mkdir(join(folder, 'app/deep/deeper'), { recursive: true });
  await mkdir(join(folder, 'plugin'));
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'app/signalbox.toml'), '');
  await writeFile(join(folder, 'plugin/plugin.toml'), '');
  await writeFile(join(folder, '.novywave'), '');
  await writeFile(join(folder, 'hello.ts'), '');
  await writeFile(join(folder, 'guest.wasmc'), '\0asm\u000d\0\u0001\0');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('which config', () => {
  test('is the nearest signalbox.toml upwards', async () => {
    expect(await chooseConfig(join(folder, 'app/deep/deeper'), undefined)).toBe(
      join(folder, 'app/signalbox.toml'),
    );
  });

  test.each([
    ['.novywave', '.novywave'],
    ['app', 'app/signalbox.toml'],
  ])('is the one named: %s', async (named, file) => {
    expect(await chooseConfig(folder, named)).toBe(join(folder, file));
  });

  test.each([undefined, 'absent.toml', 'empty'])('is an error when there is none: %s', async (named) => {
    await expect(chooseConfig(join(folder), named)).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' });
  });
});

describe('what run was pointed at', () => {
  test.each([
    ['a plugin folder', 'plugin', { target: 'artifact', path: 'plugin' }],
    ['a script', 'hello.ts', { target: 'artifact', path: 'hello.ts' }],
    ['wasm under another ending', 'guest.wasmc', { target: 'artifact', path: 'guest.wasmc' }],
    ['a TOML file of any name', '.novywave', { target: 'config', file: '.novywave' }],
    ['a folder with a config', 'app', { target: 'config', file: 'app/signalbox.toml' }],
  ] as const)('%s', async (_title, argument, target) => {
    const absolute =
      'path' in target ? { path: join(folder, target.path) } : { file: join(folder, target.file) };
    expect(await chooseTarget(folder, argument)).toEqual({ ...target, ...absolute });
  });

  test.each([
    ['absent.ts', 'ARTIFACT_MISSING'],
    ['absent.toml', 'CONFIG_UNREADABLE'],
    ['empty', 'CONFIG_UNREADABLE'],
  ])('%s is nothing: %s', async (argument, code) => {
    await expect(chooseTarget(folder, argument)).rejects.toMatchObject({ code });
  });
});
