import { mkdtemp, readFile, realpath, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ErrorRecord } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import type { FileWatcher } from '../../src/ports/file-watcher.ts';
import { openConfigFile } from '../../src/store/config-file.ts';
import { createFileWatcher } from '../../src/watch/file-watcher.ts';

const id = parsePluginId('a');
const text = '# c\n[[plugins.entries]]\nid = "a"\nartifact_path = "a.wasm"\n';
const signal = (): AbortSignal => AbortSignal.timeout(10_000);

let folder: string;
let file: string;
let watcher: FileWatcher;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-config-watch-')));
  file = join(folder, 'app.toml');
  watcher = createFileWatcher();
  await writeFile(file, text);
});

afterEach(async () => {
  await watcher[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('watching', () => {
  async function watched() {
    const config = await openConfigFile(file, watcher);
    await config.read(signal());
    const changes: string[] = [];
    const errors: ErrorRecord[] = [];
    const handle = config.watch(
      () => void config.read(signal()).then(({ outcome }) => changes.push(outcome)),
      (error) => errors.push(error),
    );
    const told = async (change: () => Promise<unknown>, outcome: string) => {
      const before = changes.length;
      await change();
      await vi.waitFor(() => expect(changes.slice(before)).toEqual([outcome]), { timeout: 5_000 });
    };
    return { config, changes, errors, handle, told };
  }

  test('tells of foreign edits, however they are made', async () => {
    const { errors, told } = await watched();
    await told(() => writeFile(file, `${text}# 1\n`), 'document');
    await told(async () => {
      await writeFile(join(folder, 'new'), `${text}# 2\n`);
      await rename(join(folder, 'new'), file);
    }, 'document');
    await told(() => writeFile(file, '[plugins'), 'invalid');
    await told(() => unlink(file), 'missing');
    await told(() => writeFile(file, text), 'document');
    await told(() => writeFile(file, `${text}# 3\n`), 'document');
    expect(errors).toEqual([]);
  });

  test('is silent about own saves and about a touch', async () => {
    const { config, changes, told } = await watched();
    for (let round = 0; round < 5; round++)
      await config.edit({ change: 'set-config', id, key: 'round', value: round }, signal());
    await utimes(file, new Date(), new Date());
    await writeFile(file, await readFile(file, 'utf8'));
    await told(async () => writeFile(file, `${await readFile(file, 'utf8')}# foreign\n`), 'document');
    expect(changes).toEqual(['document']);
  });

  test('tells when somebody brings our own save back', async () => {
    const { config, told } = await watched();
    await config.edit({ change: 'set-enabled', id, enabled: true }, signal());
    const own = await readFile(file, 'utf8');
    await told(() => writeFile(file, text), 'document');
    await told(() => writeFile(file, own), 'document');
  });

  test('tells of an edit between the reading and the watch', async () => {
    const config = await openConfigFile(file, watcher);
    await config.read(signal());
    await writeFile(file, `${text}# between\n`);
    const onChange = vi.fn();
    config.watch(onChange, () => {});
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(1));
  });

  test('finds a file that appears later', async () => {
    await rm(file);
    const { told } = await watched();
    await told(() => writeFile(file, text), 'document');
  });

  test('ends with its disposal', async () => {
    const { changes, handle, told } = await watched();
    await told(() => writeFile(file, `${text}# 1\n`), 'document');
    await handle[Symbol.asyncDispose]();
    const second = await watched();
    await second.told(() => writeFile(file, `${text}# 2\n`), 'document');
    expect(changes).toEqual(['document']);
  });
});
