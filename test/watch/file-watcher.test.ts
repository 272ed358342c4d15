import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ErrorRecord } from '../../src/core/errors.ts';
import type { FileWatcher } from '../../src/ports/file-watcher.ts';
import { createFileWatcher } from '../../src/watch/file-watcher.ts';

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

interface Seen {
  readonly batches: { readonly paths: readonly string[]; readonly overflow: boolean; readonly at: number }[];
  readonly errors: ErrorRecord[];
  readonly dispose: () => Promise<void>;
  /** Every path reported so far, from the folder. */
  paths(): readonly string[];
  /** Resolves when a change of this file, made now, has come through: everything before it has, too. */
  settled(name: string): Promise<void>;
}

function watching(names: readonly string[], debounceMs = 30): Seen {
  const batches: Seen['batches'] = [];
  const errors: ErrorRecord[] = [];
  const handle = watcher.watch({
    paths: names.map((name) => join(folder, name)),
    debounceMs,
    onChange: (change) => batches.push({ ...change, at: performance.now() }),
    onError: (error) => errors.push(error),
  });
  const paths = () => batches.flatMap((batch) => batch.paths.map((path) => path.slice(folder.length + 1)));
  return {
    batches,
    errors,
    paths,
    dispose: async () => handle[Symbol.asyncDispose](),
    settled: async (name) => {
      await put(name, 'settled');
      await vi.waitFor(() => expect(paths()).toContain(name), { timeout: 5_000 });
    },
  };
}

async function put(name: string, content: string): Promise<void> {
  await writeFile(join(folder, name), content);
}

describe('a watched file', () => {
  test('is not reported for being there', async () => {
    await put('a', '1');
    const seen = watching(['a', 'b']);
    await seen.settled('b');
    expect(seen.paths()).toEqual(['b']);
  });

  test('is reported when its quiet time is over, not before', async () => {
    await put('a', '1');
    const seen = watching(['a', 'started']);
    await seen.settled('started');
    const before = seen.batches.length;
    const savedAt = performance.now();
    await put('a', '2');
    await vi.waitFor(() => expect(seen.batches.length).toBeGreaterThan(before), { interval: 1 });
    // The clock of a timer may be a millisecond ahead.
    expect((seen.batches.at(-1)?.at ?? 0) - savedAt).toBeGreaterThanOrEqual(29);
  });

  test('is reported when it changes between the call and the first look', async () => {
    await put('a', '1');
    const seen = watching(['a']);
    await put('a', '22');
    await vi.waitFor(() => expect(seen.paths()).toEqual(['a']));
  });

  test('is reported once for the dance of an atomic save', async () => {
    await put('a', '1');
    const seen = watching(['a', 'started']);
    await seen.settled('started');
    await put('.a.swp', 'swap');
    await put('a~', 'backup');
    await put('.a.123.sbx-tmp', 'ours');
    await rm(join(folder, 'a'));
    await rename(join(folder, '.a.123.sbx-tmp'), join(folder, 'a'));
    await vi.waitFor(() => expect(seen.paths()).toEqual(['started', 'a']));
  });

  test('is followed through renames, removal and its return', async () => {
    await put('a', '1');
    const seen = watching(['a']);
    const again = async (change: () => Promise<void>) => {
      const before = seen.batches.length;
      await change();
      await vi.waitFor(() => expect(seen.batches.length).toBeGreaterThan(before));
    };
    await again(() => put('a', 'written'));
    for (let round = 0; round < 3; round++) {
      await again(async () => {
        await put('b', `renamed ${round}`);
        await rename(join(folder, 'b'), join(folder, 'a'));
      });
    }
    await again(() => rm(join(folder, 'a')));
    await again(() => put('a', 'back'));
    await again(() => put('a', 'written again'));
    expect(new Set(seen.paths())).toEqual(new Set(['a']));
  });
});

describe('a watched folder', () => {
  test('reports what happens anywhere below it, sorted, each once', async () => {
    await mkdir(join(folder, 'waves/deep'), { recursive: true });
    const seen = watching(['waves', 'started'], 100);
    await seen.settled('started');
    await put('waves/b', '1');
    await put('waves/a', '1');
    await put('waves/deep/c', '1');
    await put('waves/b', '22');
    await put('outside', '1');
    await vi.waitFor(() => expect(seen.batches).toHaveLength(2));
    expect(seen.batches[1]).toMatchObject({
      paths: ['a', 'b', 'deep/c'].map((name) => join(folder, 'waves', name)),
      overflow: false,
    });
  });

  test('may appear later, with folders above it, and go and come again', async () => {
    const seen = watching(['later/on/waves']);
    for (let round = 0; round < 2; round++) {
      const before = seen.batches.length;
      await mkdir(join(folder, 'later/on/waves'), { recursive: true });
      await put('later/on/other', 'not watched');
      await put('later/on/waves/a', `${round}`);
      await vi.waitFor(() =>
        expect(seen.batches.slice(before).flatMap(({ paths }) => paths)).toContain(
          join(folder, 'later/on/waves/a'),
        ),
      );
      await rm(join(folder, 'later'), { recursive: true });
      await vi.waitFor(() => expect(seen.paths().at(-1)).toContain('later/on/waves'));
    }
    expect(seen.paths().filter((path) => !path.startsWith('later/on/waves'))).toEqual([]);
    expect(seen.errors).toEqual([]);
  });

  test('is not left through a symlink', async () => {
    await mkdir(join(folder, 'waves'));
    await mkdir(join(folder, 'secret'));
    await symlink(join(folder, 'secret'), join(folder, 'waves/link'));
    const seen = watching(['waves']);
    await seen.settled('waves/first');
    await put('secret/a', '1');
    await put('waves/b', '1');
    await vi.waitFor(() => expect(seen.paths()).toContain('waves/b'));
    expect(seen.paths().filter((path) => path.includes('link/'))).toEqual([]);
  });

  test('tells of an overflow when more than 4,096 paths changed', async () => {
    await mkdir(join(folder, 'waves'));
    const seen = watching(['waves', 'started'], 400);
    await seen.settled('started');
    const names = Array.from({ length: 4_200 }, (_, index) => `waves/${index}`);
    await Promise.all(names.map((name) => put(name, '1')));
    await vi.waitFor(() => expect(seen.batches).toHaveLength(2), { timeout: 10_000 });
    expect(seen.batches[1]?.paths).toHaveLength(4_096);
    expect(seen.batches[1]?.overflow).toBe(true);
  });
});

describe('disposal', () => {
  test('of one watch ends it and leaves the others', async () => {
    await put('a', '1');
    const first = watching(['a']);
    const second = watching(['a', 'started']);
    await second.settled('started');
    await put('a', '22');
    await first.dispose();
    await vi.waitFor(() => expect(second.paths()).toContain('a'));
    expect(first.paths()).toEqual([]);
  });

  test('leaves nothing that keeps the process alive', async () => {
    const program = `
      import { createFileWatcher } from ${JSON.stringify(new URL('../../src/watch/file-watcher.ts', import.meta.url).href)};
      const ignore = () => {};
      const request = { debounceMs: 60_000, onChange: ignore, onError: ignore };
      const watcher = createFileWatcher();
      const watches = Array.from({ length: 20 }, () => watcher.watch({ ...request, paths: process.argv.slice(1) }));
      await watches[0][Symbol.asyncDispose]();
      await watcher[Symbol.asyncDispose]();
      await new Promise((resolve) => setImmediate(resolve));
      process.stdout.write(JSON.stringify(process.getActiveResourcesInfo().filter((name) => /FSEvent|Timeout/.test(name))));
    `;
    const paths = [folder, join(folder, 'missing/deep')];
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, ...paths], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = child.stdout.setEncoding('utf8').toArray();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect((await output).join('')).toBe('[]');
  });

  test('of the watcher refuses new watches', async () => {
    await watcher[Symbol.asyncDispose]();
    expect(() => watching(['a'])).toThrow('The file watcher was closed');
  });
});
