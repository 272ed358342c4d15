import { writeFileSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigEdit } from '../../src/config/edit.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import type { ConfigFile } from '../../src/ports/config-file.ts';
import type { FileWatcher } from '../../src/ports/file-watcher.ts';
import { openConfigFile } from '../../src/store/config-file.ts';
import { createFileWatcher } from '../../src/watch/file-watcher.ts';

const id = parsePluginId('a');
const text = `# the host's own
[ui]
theme = "dark" # kept

[[plugins.entries]]
id = "a" # the one
artifact_path = "a.wasm"
`;

let folder: string;
let file: string;
let watcher: FileWatcher;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-store-')));
  file = join(folder, 'app.toml');
  watcher = createFileWatcher();
  await writeFile(file, text);
});

afterEach(async () => {
  await watcher[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const open = (path = file): Promise<ConfigFile> => openConfigFile(path, watcher);
const content = (path = file): Promise<string> => readFile(path, 'utf8');
const enabled = (value: boolean): ConfigEdit => ({ change: 'set-enabled', id, enabled: value });
const setting = (key: string, value: unknown): ConfigEdit => ({ change: 'set-config', id, key, value });

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => (error instanceof SignalboxError ? error.code : String(error)),
  );
}

describe('reading', () => {
  test('gives the same document as long as the bytes are the same', async () => {
    const config = await open();
    const first = await config.read(signal());
    await writeFile(file, text);
    const second = await config.read(signal());
    expect(first).toMatchObject({ outcome: 'document', document: { file, entries: [{ id: 'a' }] } });
    expect(second).toBe(first);
  });

  test.each<[string, () => Promise<unknown>, object]>([
    ['a missing file', () => rm(file), { outcome: 'missing' }],
    [
      'broken TOML',
      () => writeFile(file, '[plugins'),
      { outcome: 'invalid', error: { code: 'CONFIG_SYNTAX', location: { line: 1 } } },
    ],
    [
      'bytes that are no UTF-8',
      () => writeFile(file, Buffer.from([0x61, 0xff])),
      { outcome: 'invalid', error: { code: 'CONFIG_SYNTAX' } },
    ],
    [
      'more than 1 MiB',
      () => writeFile(file, '#'.repeat(1024 * 1024 + 1)),
      { outcome: 'invalid', error: { code: 'CONFIG_SYNTAX' } },
    ],
  ])('tells %s from a document', async (_name, change, reading) => {
    const config = await open();
    await change();
    expect(await config.read(signal())).toMatchObject(reading);
  });

  test('a folder in its place is unreadable', async () => {
    const config = await open(folder);
    expect(await codeOf(config.read(signal()))).toBe('CONFIG_UNREADABLE');
  });

  test('stops for a signal', async () => {
    const config = await open();
    await expect(config.read(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('saving', () => {
  test('changes its place and returns the document that gave', async () => {
    const config = await open();
    const document = await config.edit(enabled(true), signal());
    expect(document.entries.map((entry) => entry.enabled)).toEqual([true]);
    expect(await content()).toBe(text.replace('# the one\n', '# the one\nenabled = true\n'));
    expect(await config.read(signal())).toEqual({ outcome: 'document', document });
    expect(await readdir(folder)).toEqual(['app.toml']);
  });

  test('leaves the file alone when there is nothing to change', async () => {
    const config = await open();
    const before = await stat(file, { bigint: true });
    await config.edit(enabled(false), signal());
    const after = await stat(file, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  test('keeps the mode', async () => {
    await chmod(file, 0o640);
    const config = await open();
    await config.edit(enabled(true), signal());
    expect((await stat(file)).mode & 0o7777).toBe(0o640);
  });

  test('keeps the byte order mark and the line ends', async () => {
    await writeFile(file, `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    const config = await open();
    await config.edit(enabled(true), signal());
    const expected = text.replace('# the one\n', '# the one\nenabled = true\n').replaceAll('\n', '\r\n');
    expect(await content()).toBe(`\uFEFF${expected}`);
  });

  test('writes what a symlink leads to, and the link stays; paths start at the link', async () => {
    await mkdir(join(folder, 'real'));
    await rename(file, join(folder, 'real/shared.toml'));
    await symlink('real/shared.toml', file);
    const config = await open();
    const document = await config.edit(enabled(true), signal());
    expect(document.file).toBe(file);
    expect(await realpath(file)).toBe(join(folder, 'real/shared.toml'));
    expect(await content(join(folder, 'real/shared.toml'))).toContain('enabled = true');
    expect(await readdir(join(folder, 'real'))).toEqual(['shared.toml']);
  });

  test('does many edits at once one after the other', async () => {
    const config = await open();
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key, index) => config.edit(setting(key, index), signal())));
    const reading = await config.read(signal());
    expect(reading.outcome === 'document' && Object.keys(reading.document.entries[0]?.config ?? {})).toEqual(
      keys,
    );
  });

  /** A signal that is asked before each look at the file, and lets somebody else write right then. */
  function busySignal(write: (look: number) => void): AbortSignal {
    let looks = 0;
    return Object.assign(new AbortController().signal, { throwIfAborted: () => write(++looks) });
  }

  test('merges with what others wrote since the last reading', async () => {
    const config = await open();
    await config.read(signal());
    const foreign = `${text}[plugins.entries.config]\nforeign = true\n`;
    await writeFile(file, foreign);
    const document = await config.edit(setting('ours', 1), signal());
    expect(document.entries[0]?.config).toEqual({ foreign: true, ours: 1 });
    expect(await content()).toBe(`${foreign}ours = 1\n`);
  });

  test('merges with what others write while it saves', async () => {
    const config = await open();
    const foreign = `${text}[plugins.entries.config]\nforeign = true\n`;
    const busy = busySignal((look) => look === 2 && writeFileSync(file, foreign));
    const document = await config.edit(setting('ours', 1), busy);
    expect(document.entries[0]?.config).toEqual({ foreign: true, ours: 1 });
    expect(await content()).toBe(`${foreign}ours = 1\n`);
  });

  test('gives up, and overwrites nothing, when the file never stands still', async () => {
    const config = await open();
    const busy = busySignal((look) => writeFileSync(file, `${text}# ${look}\n`));
    expect(await codeOf(config.edit(enabled(true), busy))).toBe('CONFIG_CONFLICT');
    expect(await content()).toBe(`${text}# 10\n`);
    expect(await readdir(folder)).toEqual(['app.toml']);
  });

  test.each<[string, string, () => Promise<unknown>, ConfigEdit]>([
    ['CONFIG_UNREADABLE', 'a missing file', () => rm(file), enabled(true)],
    ['CONFIG_SYNTAX', 'broken TOML', () => writeFile(file, '[plugins'), enabled(true)],
    [
      'CONFIG_INVALID',
      'settings that do not fit',
      () => writeFile(file, `signalbox.profile = 1\n${text}`),
      enabled(true),
    ],
    [
      'PLUGIN_UNKNOWN',
      'an id no entry has',
      async () => {},
      { change: 'set-enabled', id: parsePluginId('b'), enabled: true },
    ],
  ])('refuses with %s for %s, and goes on with the next', async (code, _name, change, edit) => {
    const config = await open();
    await change();
    const before = await content().catch(() => undefined);
    expect(await codeOf(config.edit(edit, signal()))).toBe(code);
    expect(await content().catch(() => undefined)).toBe(before);
    await writeFile(file, text);
    expect((await config.edit(enabled(true), signal())).entries[0]?.enabled).toBe(true);
  });

  test('opening sweeps temp files that saves of the same file left long ago', async () => {
    const names = [
      '.app.toml.aa.sbx-tmp',
      '.app.toml.bb.sbx-tmp',
      '.other.toml.cc.sbx-tmp',
      '.app.toml.keep',
    ];
    for (const name of names) await writeFile(join(folder, name), '');
    const longAgo = new Date(Date.now() - 120_000);
    for (const name of names.filter((name) => !name.includes('bb')))
      await utimes(join(folder, name), longAgo, longAgo);
    await open();
    expect((await readdir(folder)).sort()).toEqual([
      '.app.toml.bb.sbx-tmp',
      '.app.toml.keep',
      '.other.toml.cc.sbx-tmp',
      'app.toml',
    ]);
  });
});
