import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parsePluginId } from '../../src/core/ids.ts';
import type { ConfigFile } from '../../src/ports/config-file.ts';
import { openConfigFile } from '../../src/store/config-file.ts';
import { memoryConfigFile } from '../../src/store/memory-config-file.ts';
import { createFileWatcher } from '../../src/watch/file-watcher.ts';

/** A config file and somebody else's hand on it. */
interface Subject {
  readonly config: ConfigFile;
  readonly write: (text: string) => Promise<void>;
}

const id = parsePluginId('a');
const text = '[[plugins.entries]] # c\nid = "a"\nartifact_path = "a.wasm"\n';
const signal = new AbortController().signal;
let resources: AsyncDisposableStack;

const implementations: readonly [string, (folder: string) => Promise<Subject>][] = [
  [
    'on disk',
    async (folder) => {
      const file = join(folder, 'signalbox.toml');
      await writeFile(file, text);
      const config = await openConfigFile(file, resources.use(createFileWatcher()));
      return { config, write: (next) => writeFile(file, next) };
    },
  ],
  [
    'in memory',
    async (folder) => {
      const config = memoryConfigFile({ text, baseFolder: folder });
      return { config, write: async (next) => config.write(next) };
    },
  ],
];

describe.each(implementations)('a config file %s', (_name, open) => {
  let folder: string;
  let subject: Subject;

  beforeEach(async () => {
    resources = new AsyncDisposableStack();
    folder = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-config-')));
    subject = await open(folder);
  });

  afterEach(async () => {
    await resources.disposeAsync();
    await rm(folder, { recursive: true, force: true });
  });

  test('reads a document whose paths start at its folder', async () => {
    const reading = await subject.config.read(signal);
    const file = join(folder, 'signalbox.toml');
    expect(subject.config.file).toBe(file);
    expect(reading).toMatchObject({
      outcome: 'document',
      document: { file, entries: [{ id: 'a', enabled: false }] },
    });
  });

  test('saves an edit and returns the document that is read from then on', async () => {
    const document = await subject.config.edit({ change: 'set-enabled', id, enabled: true }, signal);
    expect(document.entries[0]?.enabled).toBe(true);
    expect(await subject.config.read(signal)).toEqual({ outcome: 'document', document });
  });

  test('refuses an edit of an entry it does not have', async () => {
    const edit = { change: 'set-enabled', id: parsePluginId('b'), enabled: true } as const;
    await expect(subject.config.edit(edit, signal)).rejects.toMatchObject({ code: 'PLUGIN_UNKNOWN' });
  });

  test('tells of foreign edits, not of its own, until the watch is disposed', async () => {
    await subject.config.read(signal);
    const onChange = vi.fn();
    const watch = subject.config.watch(onChange, () => {});
    await subject.config.edit({ change: 'set-enabled', id, enabled: true }, signal);
    await subject.write(`${text}# foreign\n`);
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(1), { timeout: 5_000 });
    await watch[Symbol.asyncDispose]();

    const later = vi.fn();
    await subject.config.read(signal);
    const second = subject.config.watch(later, () => {});
    await subject.write(`${text}# later\n`);
    await vi.waitFor(() => expect(later).toHaveBeenCalledTimes(1), { timeout: 5_000 });
    await second[Symbol.asyncDispose]();
    expect(onChange).toHaveBeenCalledTimes(1);
  });
});
