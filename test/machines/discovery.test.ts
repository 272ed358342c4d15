import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import type { FoundPlugins } from '../../src/ports/plugin-folders.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { foundPlugin } from '../support/fake-plugin-folders.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { guest } from '../support/guests.ts';

const on = { autoDiscover: true };
const found = {
  id: 'waves.scanner',
  state: 'Disabled',
  since: 0,
  message: 'Found in "waveform_scanner", not in the config: add an entry to enable it',
  foundIn: 'waveform_scanner',
  version: '1.0.0',
};
const gone = { id: 'waves.scanner', state: 'Disabled', since: 0, message: 'No longer found' };

/** A manifest lies beside the config. */
function withPlugin(runtime: FakeRuntime): void {
  runtime.pluginFolders.put(foundPlugin('waves.scanner', 'waveform_scanner'));
}

/** Simulated time begins at 0, so `since` does not depend on the machine. */
async function discovered(runtime: FakeRuntime): Promise<void> {
  await runtime.eventually(() => expect(runtime.status('waves.scanner')).toEqual(found));
}

describe('discovery', () => {
  test('shows a plugin that no entry names as Disabled', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(documentOf([], on));
    await discovered(runtime);
    expect(runtime.statuses).toEqual([found]);
    expect(runtime.count('plugin.loads')).toBe(0);
  });

  test('neither looks nor watches unless the config asks for it', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(documentOf([]));
    await runtime.eventually(() => expect(runtime.board.phase).toBe('known'));
    expect([runtime.pluginFolders.looks, runtime.fileWatcher.watches.size, runtime.statuses]).toEqual([
      0,
      0,
      [],
    ]);
  });

  test.each([
    ['a valid entry', documentOf([entryOf('waves.scanner', { enabled: false })], on), undefined],
    [
      'a rejected entry',
      documentOf([], on, [
        {
          id: parsePluginId('waves.scanner'),
          error: new SignalboxError('CONFIG_ENTRY_INVALID', 'No artifact_path').toRecord(),
        },
      ]),
      'quarantined',
    ],
  ])('leaves a plugin to %s of the config', async (_name, document, phase) => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(document);
    await runtime.eventually(() => expect(runtime.actorEvents).toContain('plugins.discovered'));
    expect(runtime.status('waves.scanner')).toMatchObject({ ...(phase && { phase }) });
    expect(runtime.statuses.filter(({ foundIn }) => foundIn !== undefined)).toEqual([]);
  });

  test('looks again when a manifest changes, and tells what went', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(documentOf([], on));
    await discovered(runtime);
    runtime.pluginFolders.put();
    runtime.fileWatcher.touch('/app/waveform_scanner/plugin.toml');
    await runtime.eventually(() => expect(runtime.board.plugins.size).toBe(0));
    expect(runtime.statuses).toEqual([found, gone]);
  });

  test('a look that finds the same tells nothing', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(documentOf([], on));
    await discovered(runtime);
    const { boards } = runtime;
    runtime.fileWatcher.touch('/app/waveform_scanner/plugin.toml');
    const news = () => runtime.actorEvents.filter((type) => type === 'plugins.discovered').length;
    await runtime.eventually(() => expect(news()).toBe(2));
    expect(runtime.boards).toBe(boards);
  });

  test('gives way to an entry that names the plugin, and comes back when that is removed', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.artifacts.put('waveform_scanner', { code: guest(), manifest: { id: 'waves.scanner' } });
    runtime.start(documentOf([], on));
    await discovered(runtime);
    runtime.manager.replay(documentOf([entryOf('waves.scanner', { artifactPath: 'waveform_scanner' })], on));
    await runtime.reaches('waves.scanner', 'Ready');
    expect(runtime.status('waves.scanner')).not.toHaveProperty('foundIn');
    runtime.manager.replay(documentOf([], on));
    await discovered(runtime);
    expect(runtime.statuses.slice(-2).map(({ message }) => message)).toEqual([
      'Removed from the config',
      found.message,
    ]);
  });

  test('shows the plugin of a rejected entry once that entry is gone', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    const error = new SignalboxError('CONFIG_ENTRY_INVALID', 'No artifact_path').toRecord();
    runtime.start(documentOf([], on, [{ id: parsePluginId('waves.scanner'), error }]));
    await runtime.reaches('waves.scanner', 'Error.quarantined');
    await runtime.eventually(() => expect(runtime.actorEvents).toContain('plugins.discovered'));
    runtime.manager.replay(documentOf([], on));
    await discovered(runtime);
  });

  test('ends with the setting, and begins with it', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(documentOf([], on));
    await discovered(runtime);
    runtime.manager.replay(documentOf([]));
    await runtime.eventually(() => expect(runtime.board.plugins.size).toBe(0));
    expect([runtime.statuses.at(-1), runtime.fileWatcher.watches.size]).toEqual([gone, 0]);
    runtime.manager.replay(documentOf([], on));
    await discovered(runtime);
  });

  test('goes on in safe mode, where nothing is loaded', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(documentOf([], { ...on, safeMode: true }));
    await discovered(runtime);
  });
});

describe('discovery that meets problems', () => {
  const problem = new SignalboxError(
    'MANIFEST_INVALID',
    'Manifest "/app/x/plugin.toml" is not valid',
  ).toRecord();

  test('tells what it could not use, until it is mended', async () => {
    await using runtime = new FakeRuntime();
    runtime.pluginFolders.result = { plugins: [], problems: [problem] };
    runtime.start(documentOf([], on));
    await runtime.eventually(() => expect(runtime.board.discoveryProblems).toEqual([problem]));
    withPlugin(runtime);
    runtime.fileWatcher.touch('/app/x/plugin.toml');
    await discovered(runtime);
    expect(runtime.board).not.toHaveProperty('discoveryProblems');
  });

  test('keeps what it found when a later look fails', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(documentOf([], on));
    await discovered(runtime);
    const error = new SignalboxError('DISCOVERY_FAILED', 'Cannot look for plugins in "/app": EACCES');
    runtime.pluginFolders.find = () => Promise.reject(error);
    runtime.fileWatcher.touch('/app/waveform_scanner/plugin.toml');
    await runtime.eventually(() => expect(runtime.board.discoveryProblems).toEqual([error.toRecord()]));
    expect(runtime.status('waves.scanner')).toEqual(found);
  });

  test('gives a look that never ends up after 10 s, and looks again at the next change', async () => {
    await using runtime = new FakeRuntime();
    let begun = 0;
    runtime.pluginFolders.find = () => {
      begun += 1;
      return new Promise<FoundPlugins>(() => {});
    };
    runtime.start(documentOf([], on));
    await runtime.eventually(() => expect(begun).toBe(1));
    runtime.clock.increment(9_999);
    expect(runtime.board).not.toHaveProperty('discoveryProblems');
    runtime.clock.increment(1);
    expect(runtime.board.discoveryProblems).toMatchObject([
      { code: 'DISCOVERY_FAILED', message: 'Looking for plugins in "/app" took longer than 10 s' },
    ]);
    runtime.fileWatcher.touch('/app/x/plugin.toml');
    expect(begun).toBe(2);
  });

  test('abandons a look for a change that came meanwhile', async () => {
    await using runtime = new FakeRuntime();
    const signals: AbortSignal[] = [];
    runtime.pluginFolders.find = (_folder, signal) => {
      signals.push(signal);
      return new Promise<FoundPlugins>(() => {});
    };
    runtime.start(documentOf([], on));
    await runtime.eventually(() => expect(signals.length).toBe(1));
    runtime.fileWatcher.touch('/app/x/plugin.toml');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test('says that changes go unnoticed, and still tells what it found', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.start(documentOf([], on));
    await discovered(runtime);
    const error = new SignalboxError('WATCH_FAILED', 'Cannot watch "/app"').toRecord();
    for (const { onError } of runtime.fileWatcher.watches) onError(error);
    expect(runtime.board.discoveryProblems).toEqual([error]);
    expect(runtime.status('waves.scanner')).toEqual(found);
  });

  test('takes nothing else along when its watch cannot begin', async () => {
    await using runtime = new FakeRuntime();
    withPlugin(runtime);
    runtime.artifacts.put('a', { code: guest() });
    const watch = runtime.fileWatcher.watch.bind(runtime.fileWatcher);
    runtime.fileWatcher.watch = (request) => {
      if (request.only) throw new SignalboxError('WATCH_FAILED', 'Cannot watch "/app"');
      return watch(request);
    };
    runtime.start(documentOf([entryOf('a')], on));
    await runtime.reaches('a', 'Ready');
    await runtime.eventually(() =>
      expect(runtime.board.discoveryProblems).toMatchObject([
        { code: 'WATCH_FAILED', message: 'Cannot watch "/app"' },
      ]),
    );
  });

  test('that breaks leaves nothing behind and stops no plugin', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    runtime.start(documentOf([entryOf('a')], on));
    await runtime.reaches('a', 'Ready');
    const watches = runtime.fileWatcher.watches.size;
    runtime.pluginFolders.find = () => Promise.resolve(undefined as never);
    runtime.fileWatcher.touch('/app/x/plugin.toml');
    await runtime.eventually(() =>
      expect(runtime.board.discoveryProblems).toMatchObject([{ code: 'INTERNAL' }]),
    );
    expect([runtime.where('a'), runtime.fileWatcher.watches.size]).toEqual(['Ready', watches - 1]);
    runtime.manager.replay(documentOf([entryOf('a', { enabled: false })]));
    await runtime.reaches('a', 'Disabled');
  });
});
