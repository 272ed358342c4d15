import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FileWatcher } from '../../src/ports/file-watcher.ts';
import { createFileWatcher } from '../../src/watch/file-watcher.ts';
import { relevanceOf } from '../../src/watch/watched-files.ts';

const only = { name: 'plugin.toml', levels: 2, isSearchedFolder: (name: string) => name !== 'skipped' };

test.each([
  ['the root', '/r', { isFile: false, mayHold: true }],
  ['the file in it', '/r/plugin.toml', { isFile: true, mayHold: true }],
  ['another file in it', '/r/other.toml', { isFile: false, mayHold: true }],
  ['a folder at the last level', '/r/a/b', { isFile: false, mayHold: true }],
  ['the file in that', '/r/a/b/plugin.toml', { isFile: true, mayHold: false }],
  ['what is deeper', '/r/a/b/c/plugin.toml', { isFile: false, mayHold: false }],
  ['a skipped folder', '/r/skipped', { isFile: false, mayHold: false }],
  ['the file in that one', '/r/skipped/plugin.toml', { isFile: false, mayHold: false }],
])('%s is judged by name and depth', (_name, path, relevance) => {
  expect(relevanceOf(only, '/r', path)).toEqual(relevance);
});

let folder: string;
let watcher: FileWatcher;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-watch-')));
  watcher = createFileWatcher();
});
afterEach(async () => {
  await watcher[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('of a watched folder only the wanted files are told of, as they come, change and go', async () => {
  const outside = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-outside-')));
  await mkdir(join(folder, 'old/deep/deeper'), { recursive: true });
  await mkdir(join(folder, 'skipped'));
  await writeFile(join(folder, 'old/plugin.toml'), '1');
  const told: string[] = [];
  watcher.watch({
    paths: [folder],
    only,
    debounceMs: 30,
    onChange: ({ paths }) => told.push(...paths.map((path) => path.slice(folder.length + 1))),
    onError: (error) => told.push(error.message),
  });
  const tells = (path: string, times = 1) =>
    vi.waitFor(
      () => expect(told.filter((each) => each === path).length).toBeGreaterThanOrEqual(times),
      5_000,
    );

  await writeFile(join(folder, 'plugin.toml'), '1');
  await tells('plugin.toml');
  await writeFile(join(folder, 'old/other.toml'), '1');
  await writeFile(join(folder, 'skipped/plugin.toml'), '1');
  await writeFile(join(folder, 'old/deep/deeper/plugin.toml'), '1');
  await writeFile(join(folder, 'old/plugin.toml'), '2');
  await tells('old/plugin.toml');
  await writeFile(join(folder, 'old/deep/plugin.toml'), '1');
  await tells('old/deep/plugin.toml');
  await mkdir(join(outside, 'new'));
  await writeFile(join(outside, 'new/plugin.toml'), '1');
  await rename(join(outside, 'new'), join(folder, 'new'));
  await tells('new/plugin.toml');
  await rm(join(folder, 'new'), { recursive: true });
  await tells('new/plugin.toml', 2);
  expect([...new Set(told)].sort()).toEqual([
    'new/plugin.toml',
    'old/deep/plugin.toml',
    'old/plugin.toml',
    'plugin.toml',
  ]);
  await rm(outside, { recursive: true, force: true });
});
