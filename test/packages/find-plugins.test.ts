import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pluginFolders } from '../../src/packages/find-plugins.ts';
import type { FoundPlugins } from '../../src/ports/plugin-folders.ts';

const { signal } = new AbortController();

let base: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-find-')));
});
afterEach(() => rm(base, { recursive: true, force: true }));

function manifestOf(id: string, more = ''): string {
  return `id = "${id}"\nversion = "1.2.3"\nkind = "script"\nentry = "main.ts"\n${more}`;
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(base, path)), { recursive: true });
  await writeFile(join(base, path), content);
}

function find(): Promise<FoundPlugins> {
  return pluginFolders.find(base, signal);
}

/** Where plugins were found, and what is wrong with others. */
async function brief(): Promise<{ paths: readonly string[]; problems: readonly string[] }> {
  const { plugins, problems } = await find();
  return {
    paths: plugins.map(({ path }) => path),
    problems: problems.map(({ code, message }) => `${code} ${message.replaceAll(base, '')}`),
  };
}

describe('plugin folders', () => {
  test('are found beside the config and two levels down, the outermost first', async () => {
    await write('plugin.toml', manifestOf('here'));
    await write('b/plugin.toml', manifestOf('b.one', 'description = "The first"\n'));
    await write('a/deep/plugin.toml', manifestOf('a.deep'));
    await write('a/too/deep/plugin.toml', manifestOf('a.too.deep'));
    expect(await find()).toEqual({
      plugins: [
        { id: 'here', path: '.', version: '1.2.3' },
        { id: 'b.one', path: 'b', version: '1.2.3', description: 'The first' },
        { id: 'a.deep', path: 'a/deep', version: '1.2.3' },
      ],
      problems: [],
    });
  });

  test('are none where nothing lies', async () => {
    expect(await find()).toEqual({ plugins: [], problems: [] });
  });

  test.each([
    ['the packages of npm', 'node_modules/p/plugin.toml'],
    ['a hidden folder', '.cache/plugin.toml'],
    ['a hidden folder further down', 'a/.git/plugin.toml'],
    ['another plugin', 'outer/dist/plugin.toml'],
    ['a folder called plugin.toml', 'x/plugin.toml/plugin.toml/inner'],
  ])('are not searched for in %s', async (_name, path) => {
    await write('outer/plugin.toml', manifestOf('outer'));
    await write(path, manifestOf('inner'));
    expect(await brief()).toEqual({ paths: ['outer'], problems: [] });
  });

  test.skipIf(process.platform === 'win32')('are not found through links', async () => {
    await write('.away/real/plugin.toml', manifestOf('real'));
    await symlink(join(base, '.away/real'), join(base, 'linked'));
    await mkdir(join(base, 'half'));
    await symlink(join(base, '.away/real/plugin.toml'), join(base, 'half/plugin.toml'));
    await symlink(base, join(base, 'loop'));
    expect(await brief()).toEqual({ paths: [], problems: [] });
  });
});

describe('what cannot be used', () => {
  test('is told, and hides nothing else', async () => {
    await write('bad/plugin.toml', 'id = ');
    await write('huge/plugin.toml', `# ${'x'.repeat(64 * 1024)}`);
    await write('good/plugin.toml', manifestOf('good'));
    const { paths, problems } = await brief();
    expect(paths).toEqual(['good']);
    expect(problems).toEqual([
      expect.stringMatching(/^MANIFEST_INVALID Manifest "\/bad\/plugin.toml" is not valid: /),
      'MANIFEST_INVALID Manifest "/huge/plugin.toml" is not valid: it has 65538 bytes, 65536 are allowed',
    ]);
  });

  test('includes a second plugin of the same id', async () => {
    await write('a/plugin.toml', manifestOf('same'));
    await write('b/plugin.toml', manifestOf('same'));
    expect(await brief()).toEqual({
      paths: ['a'],
      problems: ['DISCOVERY_FAILED Plugin "same" was found in "a" and again in "b"; the first counts'],
    });
  });

  test('includes what lies beyond a thousand folders', async () => {
    await write('a/plugin.toml', manifestOf('a'));
    await Promise.all(Array.from({ length: 999 }, (_, index) => mkdir(join(base, `b${index}`))));
    await write('z/plugin.toml', manifestOf('z'));
    expect(await brief()).toEqual({
      paths: ['a'],
      problems: ['DISCOVERY_FAILED Only the first 1000 folders below "" were searched for plugins'],
    });
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'includes a folder nobody may read',
    async () => {
      await write('a/plugin.toml', manifestOf('a'));
      await mkdir(join(base, 'shut'), { mode: 0 });
      expect(await brief()).toEqual({
        paths: ['a'],
        problems: ['DISCOVERY_FAILED Cannot look for plugins in "/shut": EACCES'],
      });
      await chmod(join(base, 'shut'), 0o700);
    },
  );
});

test('a folder that is not there cannot be searched', async () => {
  await expect(pluginFolders.find(join(base, 'gone'), signal)).rejects.toMatchObject({
    code: 'DISCOVERY_FAILED',
    message: `Cannot look for plugins in "${join(base, 'gone')}": ENOENT`,
  });
});

test('a search can be aborted', async () => {
  const reason = new Error('enough');
  await expect(pluginFolders.find(base, AbortSignal.abort(reason))).rejects.toBe(reason);
});
