import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, type Wired, wired } from './wired.ts';

/** A host that granted its whole folder: config, state, a plugin in a folder, one behind a link, a script alone, one that is not there. */
async function host(): Promise<AsyncDisposable & { readonly path: string; readonly box: Wired }> {
  const folder = await temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  for (const path of ['.signalbox', 'plugins/waves/dist', 'elsewhere/linked', 'scripts/lib', 'data'])
    await mkdir(at(path), { recursive: true });
  await symlink('../elsewhere/linked', at('plugins/linked'));
  for (const path of ['app.toml', 'plugins/waves/dist/waves.wasm', 'scripts/alone.ts', 'data/kept'])
    await writeFile(at(path), 'kept');
  const box = wired({
    baseFolder: folder.path,
    permissions: ['fs:write:.', 'fs:write:plugins/waves/dist'],
    limits: { fs_ops_per_second: 1_000 },
    protectedPaths: () => ({
      paths: [
        'app.toml',
        '.signalbox',
        'plugins/waves',
        'plugins/linked',
        'scripts/alone.ts',
        'plugins/new',
      ].map(at),
      codeFolders: [at('scripts')],
    }),
  });
  return {
    path: folder.path,
    box,
    [Symbol.asyncDispose]: async () => {
      await box[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test.each([
  ['the config file', 'app.toml'],
  ['what is about to be the config file', '.app.toml.5f0e12.sbx-tmp'],
  ['the state folder', '.signalbox/signalbox.sqlite'],
  ["a plugin's code", 'plugins/waves/dist/waves.wasm'],
  ["a new file in a plugin's folder", 'plugins/waves/new.txt'],
  ['a plugin behind a link, by its own place', 'elsewhere/linked/index.js'],
  ['a plugin that is not there yet', 'plugins/new/plugin.toml'],
  ['a plugin that is not there yet, as a file', 'plugins/new'],
  ['a script', 'scripts/alone.ts'],
  ['what a script imports, or would', 'scripts/lib/imported.mjs'],
  ['a manifest, wherever it is', 'data/plugin.toml'],
])('%s is not written, whatever was granted: %s', async (_what, path) => {
  await using running = await host();
  const { box } = running;
  const reply = await box.call('filesystem.write', path, 0n, new Uint8Array(1), true);
  expect(reply).toMatchObject({ error: { tag: 'inaccessible' } });
  expect(await box.call('filesystem.remove', path)).toMatchObject({ error: { tag: 'inaccessible' } });
  expect(await box.call('filesystem.create-dir', path)).toMatchObject({ error: { tag: 'inaccessible' } });
  expect(await readFile(join(running.path, 'plugins/waves/dist/waves.wasm'), 'utf8')).toBe('kept');
});

test('the audit says why', async () => {
  await using running = await host();
  await running.box.call('filesystem.write', 'app.toml', 0n, new Uint8Array(1), true);
  expect(running.box.audit.filter(({ decision }) => decision === 'denied')).toMatchObject([
    {
      permission: 'fs:write:app.toml',
      rule: "It belongs to the host: its config, its state, or a plugin's code",
    },
  ]);
});

test('a folder that is protected is not removed either, though it is empty', async () => {
  await using running = await host();
  for (const path of ['.signalbox', 'elsewhere/linked'])
    expect(await running.box.call('filesystem.remove', path)).toMatchObject({
      error: { tag: 'inaccessible' },
    });
  expect(await readdir(join(running.path, 'elsewhere'))).toEqual(['linked']);
});

test.each(['data/kept', 'data/new.ts', 'scripts/data.json', 'app.toml.bak', '.app', 'plugins/other.txt'])(
  'beside them %s is written as granted',
  async (path) => {
    await using running = await host();
    const reply = await running.box.call('filesystem.write', path, 0n, new Uint8Array(1), true);
    expect(reply).toEqual({ outcome: 'returned', value: undefined });
  },
);
