import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { gate, guest } from '../support/guests.ts';

const rejection = {
  id: parsePluginId('bad'),
  error: new SignalboxError('CONFIG_ENTRY_INVALID', 'Entry "bad" has no artifact_path').toRecord(),
};

describe('the manager at the start', () => {
  test('tells no board before the first document', async () => {
    await using runtime = new FakeRuntime();
    runtime.start(documentOf([]));
    expect(runtime.board.phase).toBe('loading');
    await runtime.eventually(() => expect(runtime.board).toEqual({ phase: 'known', plugins: new Map() }));
  });

  test('names every entry on its first board', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    const { manager } = { manager: runtime.start() };
    await runtime.eventually(() => expect(runtime.board.phase).toBe('known'));
    manager.replay(documentOf([entryOf('a'), entryOf('off', { enabled: false })], {}, [rejection]));
    expect([...runtime.board.plugins.values()].map(({ id, state, message }) => [id, state, message])).toEqual(
      [
        ['a', 'Loading', undefined],
        ['off', 'Disabled', 'Disabled in the config'],
        ['bad', 'Error', 'Entry "bad" has no artifact_path'],
      ],
    );
    await runtime.reaches('a', 'Ready');
  });

  test('runs no plugin while the file is missing, and starts when it appears', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    runtime.start();
    await runtime.eventually(() => expect(runtime.board.phase).toBe('known'));
    expect(runtime.replays).toEqual([
      { phase: 'loading' },
      { phase: 'missing', file: '/app/signalbox.toml' },
    ]);
    runtime.configFile.change({ outcome: 'document', document: documentOf([entryOf('a')]) });
    await runtime.reaches('a', 'Ready');
  });
});

describe('the manager and a changing config', () => {
  test('keeps the last good document running when the file breaks', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    const document = documentOf([entryOf('a')]);
    runtime.start(document);
    await runtime.reaches('a', 'Ready');
    const problem = new SignalboxError('CONFIG_SYNTAX', 'Line 3').toRecord();
    runtime.configFile.change({ outcome: 'invalid', error: problem });
    await runtime.eventually(() =>
      expect(runtime.replays.at(-1)).toEqual({ phase: 'known', document, problem }),
    );
    expect(runtime.where('a')).toBe('Ready');
    runtime.configFile.change({ outcome: 'document', document: documentOf([entryOf('a')]) });
    await runtime.eventually(() => expect(runtime.replays.at(-1)).toEqual({ phase: 'known', document }));
    expect(runtime.sandbox.instantiations).toBe(1);
    expect([runtime.count('config.rejected'), runtime.count('config.replays.identical')]).toEqual([1, 1]);
  });

  test('unloads a plugin whose entry is removed and takes it off the board', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(documentOf([]));
    await runtime.eventually(() => expect(runtime.board.plugins.size).toBe(0));
    expect(runtime.statuses.at(-1)).toMatchObject({
      id: 'a',
      state: 'Disabled',
      message: 'Removed from the config',
    });
    expect(await runtime.call('a', 'x')).toMatchObject({
      outcome: 'rejected',
      error: { code: 'PLUGIN_UNKNOWN' },
    });
  });

  test('keeps a plugin that comes back before it is gone', async () => {
    await using runtime = new FakeRuntime();
    const shutdown = gate();
    runtime.artifacts.put('a', { code: guest({ 'lifecycle.shutdown': shutdown.fn }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(documentOf([]));
    runtime.manager.replay(documentOf([entryOf('a')]));
    shutdown.open();
    await runtime.reaches('a', 'Ready');
    expect(runtime.sandbox.instantiations).toBe(2);
  });

  test('stops a plugin whose entry turns bad, and starts it when it is mended', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('bad', { code: guest() });
    runtime.start(documentOf([entryOf('bad')]));
    await runtime.reaches('bad', 'Ready');
    runtime.manager.replay(documentOf([], {}, [rejection]));
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(0));
    expect(runtime.where('bad')).toBe('Error.quarantined');
    expect(await runtime.call('bad', 'x')).toMatchObject({
      outcome: 'rejected',
      error: { code: 'PLUGIN_NOT_READY', message: expect.stringContaining('has no artifact_path') },
    });
    runtime.manager.replay(documentOf([entryOf('bad')]));
    await runtime.reaches('bad', 'Ready');
  });

  test('loads nothing in safe mode and goes on after it', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(documentOf([entryOf('a')], { safeMode: true }));
    await runtime.reaches('a', 'Disabled');
    expect(runtime.status('a')?.message).toBe('Safe mode is on: nothing is loaded');
    expect([runtime.manager.actor.getSnapshot().value, runtime.sandbox.live.length]).toEqual(['SafeMode', 0]);
    runtime.manager.replay(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
  });

  test('an edit beats a reading of the file that began before it', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    const edited = documentOf([entryOf('a', { enabled: false })]);
    runtime.configFile.change({ outcome: 'document', document: documentOf([entryOf('a')]) });
    runtime.configFile.reading = { outcome: 'document', document: edited };
    runtime.manager.replay(edited);
    await runtime.reaches('a', 'Disabled');
    await runtime.eventually(() => expect(runtime.count('config.replays.identical')).toBe(1));
    expect(runtime.where('a')).toBe('Disabled');
  });
});

describe('an identical replay', () => {
  test('of 1,000 entries costs no load, no event of any plugin and no board', async () => {
    await using runtime = new FakeRuntime();
    const ids = Array.from({ length: 1_000 }, (_, index) => `plugin.n${index}`);
    for (const id of ids) runtime.artifacts.put(id, { code: () => ({ echo: (value) => value }) });
    runtime.start(documentOf(ids.map((id) => entryOf(id))));
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(1_000));
    await runtime.eventually(() =>
      expect([...runtime.board.plugins.values()].every(({ state }) => state === 'Ready')).toBe(true),
    );
    const identical = documentOf(ids.map((id) => entryOf(id)));
    const before = [runtime.boards, runtime.sandbox.instantiations, runtime.artifacts.opens];
    runtime.actorEvents.length = 0;
    for (let time = 0; time < 20; time++) runtime.manager.replay(identical);
    expect(runtime.actorEvents.filter((type) => type !== 'config.replay')).toEqual([]);
    expect([runtime.boards, runtime.sandbox.instantiations, runtime.artifacts.opens]).toEqual(before);
    expect(runtime.count('config.replays.identical')).toBe(20);
  });
});

describe('stopping', () => {
  test('shuts every plugin down side by side and turns calls away', async () => {
    await using runtime = new FakeRuntime();
    const shutdowns: string[] = [];
    for (const id of ['a', 'b', 'c']) {
      runtime.artifacts.put(id, { code: guest({ 'lifecycle.shutdown': () => void shutdowns.push(id) }) });
    }
    runtime.start(documentOf([entryOf('a'), entryOf('b'), entryOf('c', { enabled: false })]));
    await runtime.reaches('a', 'Ready');
    await runtime.reaches('b', 'Ready');
    await runtime.manager.stop();
    expect(shutdowns.sort()).toEqual(['a', 'b']);
    expect(runtime.manager.actor.getSnapshot().value).toBe('Stopped');
    const children = Object.entries(runtime.manager.actor.getSnapshot().children);
    expect(children.map(([id, child]) => [id, child?.getSnapshot().status])).toEqual(
      ['config', 'discovery', 'plugin:a', 'plugin:b', 'plugin:c'].map((id) => [id, 'stopped']),
    );
    expect(await runtime.call('a', 'x')).toMatchObject({
      outcome: 'rejected',
      error: { code: 'RUNTIME_CLOSED' },
    });
    await runtime.manager.stop();
  });

  test('does not wait for ever for a plugin that hangs', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest({ 'lifecycle.shutdown': gate().fn }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    const stopped = runtime.manager.stop();
    runtime.clock.increment(15_000);
    await stopped;
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(0));
  });

  test('while everything loads leaves nothing behind', async () => {
    await using runtime = new FakeRuntime();
    for (let index = 0; index < 50; index += 1) runtime.artifacts.put(`p${index}`, { code: guest() });
    runtime.start(documentOf(Array.from({ length: 50 }, (_, index) => entryOf(`p${index}`))));
    await runtime.eventually(() => expect(runtime.sandbox.instantiations).toBeGreaterThan(0));
    await runtime.manager.stop();
    await runtime.eventually(() => expect(runtime.sandbox.live.length).toBe(0));
  });
});

describe('an actor that breaks', () => {
  // Only a fault of ours gets there: a manifest that no parser would let through stands in for one.
  const noNumber = JSON.parse('{"valueOf": 0, "toString": 0}');
  const broken = { code: guest(), manifest: { limits: { call_deadline_ms: noNumber } } };

  test('is an Error of that plugin alone, leaves nothing behind, and starts over when told', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    runtime.artifacts.put('b', { code: guest() });
    runtime.start(documentOf([entryOf('a'), entryOf('b')]));
    await runtime.reaches('a', 'Ready');
    await runtime.reaches('b', 'Ready');
    runtime.artifacts.put('a', broken);
    runtime.manager.reload(parsePluginId('a'));
    await runtime.reaches('a', 'Error.quarantined');
    expect(runtime.status('a')?.error?.code).toBe('INTERNAL');
    expect(runtime.where('b')).toBe('Ready');
    expect(await runtime.call('a', 'x')).toMatchObject({ error: { code: 'PLUGIN_NOT_READY' } });
    await runtime.eventually(() =>
      expect(runtime.sandbox.live.map(({ pluginId }) => pluginId)).toEqual(['b']),
    );
    runtime.artifacts.put('a', { code: guest() });
    runtime.manager.retry(parsePluginId('a'));
    await runtime.reaches('a', 'Ready');
  });
});
