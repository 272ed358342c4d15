import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { maxSubscriptions } from '../../src/capabilities/watch.ts';
import { createFileWatcher } from '../../src/watch/file-watcher.ts';
import { pluginId, temporaryFolder, wired } from './wired.ts';

const change = (subscription: bigint, paths: readonly string[], overflow = false) => ({
  tag: 'filesystem-change',
  val: { subscription, paths, overflow },
});

/** Subscribes, and gives the number it was given. */
async function subscribe(box: ReturnType<typeof wired>, ...directories: readonly string[]): Promise<bigint> {
  const reply = await box.call('watch.subscribe', directories, 100);
  if (reply.outcome === 'refused' || typeof reply.value !== 'bigint') throw new Error('Not subscribed');
  return reply.value;
}

test('changes are delivered as guest paths, sorted, each once', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'waves/sub'), { recursive: true });
  await using box = wired({ baseFolder: folder.path, permissions: ['watch:waves', 'watch:logs'] });
  const subscription = await subscribe(box, './waves/', 'waves/sub', 'logs');
  expect(box.watcher.requests).toMatchObject([
    {
      paths: [join(folder.path, 'waves'), join(folder.path, 'waves/sub'), join(folder.path, 'logs')],
      debounceMs: 100,
    },
  ]);
  const changed = [
    'waves/z.vcd',
    'waves/sub/b',
    'logs',
    'waves/sub',
    'elsewhere',
    'waves/a:b',
    'waves/aux.vcd',
  ];
  box.watcher.change(changed.map((path) => join(folder.path, path)));
  await vi.waitFor(() =>
    expect(box.delivered).toEqual([
      change(subscription, ['logs', 'waves/sub', 'waves/sub/b', 'waves/z.vcd']),
    ]),
  );
});

test('roots ".", absolute and linked name their paths as they were granted', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'real'));
  await symlink('real', join(folder.path, 'alias'));
  await using box = wired({
    baseFolder: folder.path,
    permissions: ['watch:.', `watch:${folder.path}/real`, 'watch:alias'],
  });
  const dot = await subscribe(box, '.');
  const absolute = await subscribe(box, `${folder.path}/real`);
  const alias = await subscribe(box, 'alias');
  box.watcher.change([join(folder.path, 'real/x')]);
  await vi.waitFor(() => expect(box.delivered).toHaveLength(3));
  expect(box.delivered).toEqual(
    expect.arrayContaining([
      change(dot, ['real/x']),
      change(absolute, [`${folder.path}/real/x`]),
      change(alias, ['alias/x']),
    ]),
  );
});

test.each([
  [0, 50],
  [49, 50],
  [250, 250],
  [0xffff_ffff, 60_000],
])('a debounce of %d ms counts as %d', async (asked, debounceMs) => {
  await using box = wired({ permissions: ['watch:waves'] });
  await box.call('watch.subscribe', ['waves'], asked);
  expect(box.watcher.requests).toMatchObject([{ debounceMs }]);
});

test('an overflow is passed on, also without a path', async () => {
  await using box = wired({ permissions: ['watch:waves'] });
  const subscription = await subscribe(box, 'waves');
  box.watcher.change([], true);
  await vi.waitFor(() => expect(box.delivered).toEqual([change(subscription, [], true)]));
});

test('more paths than a message holds become an overflow', async () => {
  await using box = wired({ permissions: ['watch:waves'], limits: { message_bytes: 1_024 } });
  const subscription = await subscribe(box, 'waves');
  box.watcher.change(Array.from({ length: 100 }, (_, index) => `/nowhere/waves/file${100 + index}`));
  const fitting = Array.from({ length: 39 }, (_, index) => `waves/file${100 + index}`);
  await vi.waitFor(() => expect(box.delivered).toEqual([change(subscription, fitting, true)]));
});

describe('what must not be watched is refused', () => {
  test.each([
    [
      'a directory that was not granted',
      ['waves', 'other'],
      { tag: 'inaccessible', val: { permission: 'watch:other', rule: 'Not granted, or not there' } },
    ],
    [
      'a path that climbs out',
      ['waves/../other'],
      { tag: 'invalid-path', val: 'Path "waves/../other" has a component ".."' },
    ],
    ['nothing at all', [], { tag: 'invalid-path', val: 'No directory was named' }],
    ['more directories than subscriptions', Array(65).fill('waves'), { tag: 'too-many' }],
    [
      'a link',
      ['waves/out'],
      { tag: 'inaccessible', val: { permission: 'watch:waves/out', rule: 'Not granted, or not there' } },
    ],
    [
      'what lies behind a link',
      ['waves/out/sub'],
      { tag: 'inaccessible', val: { permission: 'watch:waves/out/sub', rule: 'Not granted, or not there' } },
    ],
  ])('%s', async (_what, directories, error) => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'waves'));
    await mkdir(join(folder.path, 'outside/sub'), { recursive: true });
    await symlink('../outside', join(folder.path, 'waves/out'));
    await using box = wired({ baseFolder: folder.path, permissions: ['watch:waves'] });
    expect(await box.call('watch.subscribe', directories, 50)).toEqual({ outcome: 'refused', error });
    expect(box.watcher.requests).toEqual([]);
  });
});

test('a directory that becomes a link is told of no more, and that is audited', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'waves/sub'), { recursive: true });
  await mkdir(join(folder.path, 'outside'));
  await using box = wired({ baseFolder: folder.path, permissions: ['watch:waves'] });
  await box.call('watch.subscribe', ['waves/sub'], 50);
  await rename(join(folder.path, 'waves/sub'), join(folder.path, 'waves/old'));
  await symlink('../outside', join(folder.path, 'waves/sub'));
  box.watcher.change([join(folder.path, 'waves/sub/secret')]);
  await vi.waitFor(() =>
    expect(box.audit).toMatchObject([
      { decision: 'used' },
      { decision: 'denied', permission: 'watch:waves/sub', rule: 'A symbolic link leads there' },
    ]),
  );
  expect(box.delivered).toEqual([]);
});

test('at most 64 subscriptions stand at a time', async () => {
  await using box = wired({ permissions: ['watch:waves'], limits: { fs_ops_per_second: 1_000 } });
  const replies = await Promise.all(
    Array.from({ length: maxSubscriptions + 3 }, () => box.call('watch.subscribe', ['waves'], 50)),
  );
  const returned = replies.filter(({ outcome }) => outcome === 'returned');
  expect(returned).toHaveLength(maxSubscriptions);
  expect(box.watcher.open.size).toBe(maxSubscriptions);
  const [first] = returned;
  await box.call('watch.unsubscribe', first?.outcome === 'returned' ? first.value : 0n);
  expect(await box.call('watch.subscribe', ['waves'], 50)).toMatchObject({ outcome: 'returned' });
});

test('an ended subscription delivers nothing more; ending one that is unknown does nothing', async () => {
  await using box = wired({ permissions: ['watch:waves'] });
  const ended = await subscribe(box, 'waves');
  const request = box.watcher.requests[0];
  await box.call('watch.unsubscribe', ended);
  await box.call('watch.unsubscribe', 99n);
  expect(box.watcher.open.size).toBe(0);
  request?.onChange({ paths: ['/nowhere/waves/a'], overflow: false });
  const standing = await subscribe(box, 'waves');
  box.watcher.change(['/nowhere/waves/b']);
  await vi.waitFor(() => expect(box.delivered).toEqual([change(standing, ['waves/b'])]));
});

test('subscriptions cannot be guessed', async () => {
  await using box = wired({ permissions: ['watch:waves'] });
  const numbers = [await subscribe(box, 'waves'), await subscribe(box, 'waves')];
  expect(numbers.map((number) => number > 0xffffn && number <= Number.MAX_SAFE_INTEGER)).toEqual([
    true,
    true,
  ]);
  expect(numbers[0]).not.toBe(numbers[1]);
});

test('disposing the wiring ends every subscription', async () => {
  await using box = wired({ permissions: ['watch:waves'] });
  await box.call('watch.subscribe', ['waves'], 50);
  await box.call('watch.subscribe', ['waves/sub'], 50);
  await box.wiring[Symbol.asyncDispose]();
  expect(box.watcher.open.size).toBe(0);
});

test("a watcher's error becomes a warning in the plugin's log", async () => {
  await using box = wired({ permissions: ['watch:waves'] });
  await box.call('watch.subscribe', ['waves'], 50);
  box.watcher.requests[0]?.onError({ code: 'INTERNAL', blame: 'host', message: 'No more watches' });
  expect(box.logs).toEqual([
    {
      plugin: pluginId,
      time: 1_000_000,
      level: 'warn',
      message: 'No more watches',
      fields: { code: 'INTERNAL' },
    },
  ]);
});

test('a change on disk reaches the guest, in a directory that appears later too', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'waves'));
  await using watcher = createFileWatcher();
  await using box = wired({
    baseFolder: folder.path,
    permissions: ['watch:waves', 'watch:later'],
    fileWatcher: watcher,
  });
  await box.call('watch.subscribe', ['waves', 'later'], 50);
  const seen = () =>
    new Set(box.delivered.flatMap((event) => (event.tag === 'filesystem-change' ? event.val.paths : [])));
  // The watcher tells nobody when it has begun to look, so the file is touched until it does.
  await vi.waitFor(
    async () => {
      await writeFile(join(folder.path, 'waves/a.vcd'), `${Math.random()}`);
      expect(seen()).toContain('waves/a.vcd');
    },
    { timeout: 10_000, interval: 200 },
  );
  await mkdir(join(folder.path, 'later'));
  await vi.waitFor(
    async () => {
      await writeFile(join(folder.path, 'later/b.vcd'), `${Math.random()}`);
      expect(seen()).toContain('later/b.vcd');
    },
    { timeout: 10_000, interval: 200 },
  );
});

describe('under a lease', () => {
  const watched = (box: ReturnType<typeof wired>) => [...box.watcher.open].map(({ paths }) => paths);
  const at = (folder: string, ...names: readonly string[]) => names.map((name) => join(folder, name));

  test('nothing is watched any longer when its time is over', async () => {
    await using folder = await temporaryFolder();
    const leases = [{ permission: 'watch:waves', expiresAt: 1_005_000 }];
    await using box = wired({ baseFolder: folder.path, leases });
    await subscribe(box, 'waves');
    box.clock.advance(4_999);
    expect(watched(box)).toEqual([at(folder.path, 'waves')]);
    box.clock.advance(1);
    expect(watched(box)).toEqual([]);
  });

  test('the directories of lasting grants go on, and the guest is told to look again', async () => {
    await using folder = await temporaryFolder();
    const leases = [{ permission: 'watch:waves', expiresAt: 1_005_000 }];
    await using box = wired({ baseFolder: folder.path, leases, permissions: ['watch:logs'] });
    const subscription = await subscribe(box, 'waves', 'logs');
    const other = await subscribe(box, 'logs');
    box.clock.advance(5_000);
    expect(watched(box)).toEqual([at(folder.path, 'logs'), at(folder.path, 'logs')]);
    box.watcher.change(at(folder.path, 'waves/a', 'logs/a'));
    await vi.waitFor(() => expect(box.delivered).toHaveLength(3));
    expect(box.delivered).toEqual(
      expect.arrayContaining([
        change(subscription, [], true),
        change(subscription, ['logs/a']),
        change(other, ['logs/a']),
      ]),
    );
  });

  test('one use is one subscription, which goes on when it was the last', async () => {
    await using folder = await temporaryFolder();
    await using box = wired({ baseFolder: folder.path, leases: [{ permission: 'watch:waves', calls: 1 }] });
    const subscription = await subscribe(box, 'waves');
    expect((await box.call('watch.subscribe', ['waves'], 100)).outcome).toBe('refused');
    box.watcher.change(at(folder.path, 'waves/a'));
    await vi.waitFor(() => expect(box.delivered).toEqual([change(subscription, ['waves/a'])]));
  });
});
