import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createArtifacts } from '../../src/packages/open-artifact.ts';
import { writePlugin } from '../../src/packages/write-plugin.ts';

const artifacts = createArtifacts();
afterAll(() => artifacts[Symbol.asyncDispose]());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-upload-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const manifestOf = (entry: string) =>
  `id = "up.loaded"\nversion = "1.0.0"\nkind = "script"\nentry = ${JSON.stringify(entry)}\n`;
const write = (manifest: string, code = 'export const one = () => 1;') =>
  writePlugin({ manifest, code: Buffer.from(code) }, folder, artifacts, new AbortController().signal);

describe('an uploaded plugin', () => {
  test('gets a folder named by its id', async () => {
    const manifest = manifestOf('src/main.ts');
    const path = join(folder, 'up.loaded');
    expect(await write(manifest)).toEqual({ id: 'up.loaded', folder: path });
    expect(await readFile(join(path, 'plugin.toml'), 'utf8')).toBe(manifest);
    expect(await readFile(join(path, 'src/main.ts'), 'utf8')).toBe('export const one = () => 1;');
    expect(await readdir(folder)).toEqual(['up.loaded']);
  });

  test.each([
    ['a manifest that is none', 'id = 1', 'MANIFEST_INVALID'],
    ['an entry that leads out', manifestOf('../main.ts'), 'MANIFEST_INVALID'],
    ['an absolute entry', manifestOf('/tmp/main.ts'), 'MANIFEST_INVALID'],
    ['an id that leads out', manifestOf('main.ts').replace('up.loaded', '../up'), 'MANIFEST_INVALID'],
    ['code of another kind', manifestOf('main.wasm'), 'ARTIFACT_INVALID'],
    ['a component that is text', manifestOf('main.wasm').replace('script', 'component'), 'ARTIFACT_INVALID'],
  ])('is refused with %s, and nothing stays', async (_name, manifest, code) => {
    await expect(write(manifest)).rejects.toMatchObject({ code });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is refused with code that does not parse', async () => {
    await expect(write(manifestOf('main.ts'), 'export const = 1')).rejects.toMatchObject({
      code: 'SCRIPT_INVALID',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('replaces nothing', async () => {
    await mkdir(join(folder, 'up.loaded'));
    await writeFile(join(folder, 'up.loaded', 'mine.txt'), 'mine');
    await expect(write(manifestOf('main.ts'))).rejects.toMatchObject({ code: 'PLUGIN_EXISTS' });
    expect(await readdir(join(folder, 'up.loaded'))).toEqual(['mine.txt']);
  });

  test('does not write over its own manifest', async () => {
    await expect(write(manifestOf('plugin.toml'))).rejects.toMatchObject({ code: 'ARTIFACT_INVALID' });
    expect(await readdir(folder)).toEqual([]);
  });
});
