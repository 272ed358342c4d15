import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
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
const write = (
  manifest: string,
  code = 'export const one = () => 1;',
  files: Readonly<Record<string, string>> = {},
) =>
  writePlugin(
    {
      manifest,
      code: Buffer.from(code),
      files: Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
    },
    folder,
    artifacts,
    new AbortController().signal,
  );

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

  test('brings the modules its code imports, and assets', async () => {
    const files = {
      'src/lib/two.ts': 'export const two = 2;',
      'assets/logo.svg': '<svg/>',
      README: 'read me',
    };
    await write(manifestOf('src/main.ts'), `export { two } from './lib/two.ts';`, files);
    const path = join(folder, 'up.loaded');
    expect((await readdir(path, { recursive: true })).toSorted()).toEqual([
      'README',
      'assets',
      'assets/logo.svg',
      'plugin.toml',
      'src',
      'src/lib',
      'src/lib/two.ts',
      'src/main.ts',
    ]);
    const { code } = await artifacts.open(path, folder, new AbortController().signal);
    expect(code).toMatchObject({ source: expect.stringContaining('two=2') });
  });

  test.each([
    '../two.ts',
    'lib/../../two.ts',
    '/tmp/two.ts',
    '//two.ts',
    'lib//two.ts',
    './two.ts',
    'lib/',
    '.',
    '..',
    'lib\\two.ts',
    'C:two.ts',
    'two.ts:stream',
    'con.ts',
    'lib/aux',
    '%2e%2e/two.ts',
    '\uff0e\uff0e/two.ts',
    'two\u0000.ts',
    'two.ts ',
    'two\n.ts',
    'x'.repeat(256),
  ])('is refused with a file at %j, and nothing stays', async (path) => {
    const writing = write(manifestOf('main.ts'), undefined, { [path]: 'export {}' });
    await expect(writing).rejects.toMatchObject({ code: 'ARTIFACT_NAME_REFUSED' });
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['its manifest', { 'plugin.toml': '' }],
    ['its entry', { 'main.ts': '' }],
    ['a folder', { 'lib/a.ts': '', lib: '' }],
    ['below a file', { 'main.ts/a': '' }],
  ])('is refused with a file where %s is, and nothing stays', async (_name, files) => {
    await expect(write(manifestOf('main.ts'), undefined, files)).rejects.toMatchObject({
      code: 'ARTIFACT_INVALID',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is refused with code that imports what was not sent, and nothing stays', async () => {
    const writing = write(manifestOf('main.ts'), `import './lib/two.ts';`);
    await expect(writing).rejects.toMatchObject({ code: 'SCRIPT_INVALID' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('sweeps what an upload that was killed left an hour ago, and nothing younger', async () => {
    const hourAgo = new Date(Date.now() - 3_700_000);
    for (const name of ['.upload-old', '.upload-new']) await mkdir(join(folder, name));
    await utimes(join(folder, '.upload-old'), hourAgo, hourAgo);
    await write(manifestOf('main.ts'));
    expect((await readdir(folder)).toSorted()).toEqual(['.upload-new', 'up.loaded']);
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
