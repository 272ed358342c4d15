import { copyFile, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { editConfigFile } from '../../src/config-edits.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { type ReferenceApp, startReferenceApp } from '../support/reference-app.ts';

const waveform = /\.(vcd|fst|ghw)$/;

describe('the reference plugins on real waveform files', () => {
  let app: ReferenceApp;
  const discovered = new Map<string, unknown>();

  beforeAll(async () => {
    app = await startReferenceApp();
    app.runtime.relays.pluginDiscovery.subscribe(({ paths, details }) => {
      for (const [index, path] of paths.entries()) discovered.set(path, details[index]);
    });
    await app.runtime.settled();
  }, 60_000);
  afterAll(() => app[Symbol.asyncDispose]());

  const states = () => Object.fromEntries(app.runtime.plugins.list().map(({ id, state }) => [id, state]));

  test('all four reach Ready', () => {
    expect(states()).toEqual({
      'waves.hello_world': 'Ready',
      'waves.scanner': 'Ready',
      'waves.auto_reload': 'Ready',
      'waves.heartbeat': 'Ready',
    });
  });

  test('a component built from TypeScript answers a call', async () => {
    expect(await app.runtime.plugins.call('waves.hello_world', 'greet', ['Ada'])).toContain('Ada');
  });

  test('a component written in WAT counts its ticks', async () => {
    await vi.waitFor(
      async () => expect(await app.runtime.plugins.call('waves.heartbeat', 'beats')).toBeGreaterThan(0),
      10_000,
    );
  });

  test('every waveform file of the folder is discovered', async () => {
    const files = await readdir(join(app.folder, 'waves'), { recursive: true });
    const expected = files.filter((file) => waveform.test(file)).map((file) => `waves/${file}`);
    expect(expected.length).toBeGreaterThanOrEqual(40);
    await vi.waitFor(() => expect([...discovered.keys()].sort()).toEqual(expected.sort()), 20_000);
  });

  test('a file dropped into the folder appears', async () => {
    const appears = app.next(app.runtime.relays.pluginDiscovery, ({ paths }) =>
      paths.includes('waves/dropped.vcd'),
    );
    await copyFile(join(app.folder, 'waves/wikipedia/example.vcd'), join(app.folder, 'waves/dropped.vcd'));
    await appears;
  });

  test('a burst of changes asks the host to refresh its timeline', async () => {
    const refresh = app.next(app.runtime.relays.pluginEvent, ({ kind }) => kind === 'refresh-timeline');
    await copyFile(join(app.folder, 'waves/wikipedia/example.vcd'), join(app.folder, 'waves/another.vcd'));
    expect(await refresh).toMatchObject({ plugin: 'waves.auto_reload', channel: 'timeline' });
  });

  test('an edit of one entry loads exactly that entry anew', async () => {
    const before =
      app.count('plugin.loads') + app.count('plugin.reloads') + app.count('plugin.config.updates');
    const changed = app.next(
      app.runtime.relays.telemetry,
      (event) =>
        event.kind === 'counter' && event.name === 'plugin.reloads' && event.plugin === 'waves.scanner',
    );
    await app.edit('signalbox.toml', (text) => text.replace('debounce_ms = 250', 'debounce_ms = 100'));
    await changed;
    expect(app.count('plugin.loads') + app.count('plugin.reloads') + app.count('plugin.config.updates')).toBe(
      before + 1,
    );
  });

  test('an edit of the config table alone is told to the plugin, which keeps running', async () => {
    const updated = app.next(
      app.runtime.relays.telemetry,
      (event) => event.kind === 'counter' && event.name === 'plugin.config.updates',
    );
    await app.edit('signalbox.toml', (text) => text.replace('greeting = "Hello"', 'greeting = "Good day"'));
    await updated;
    await vi.waitFor(
      async () =>
        expect(await app.runtime.plugins.call('waves.hello_world', 'greet', ['Ada'])).toContain('Good day'),
      5_000,
    );
  });

  test('the same file saved again, or with other white space and key order, loads nothing', async () => {
    const work = () => [
      app.count('plugin.loads'),
      app.count('plugin.reloads'),
      app.count('plugin.config.updates'),
    ];
    const before = work();
    const text = await readFile(app.config, 'utf8');
    await writeFile(app.config, text);
    await utimes(app.config, new Date(), new Date());
    const identical = app.next(
      app.runtime.relays.telemetry,
      (event) => event.kind === 'counter' && event.name === 'config.replays.identical',
    );
    await writeFile(
      app.config,
      text
        .replace(
          'id = "waves.heartbeat"\nenabled = true',
          'enabled   =   true\n\n# moved\nid = "waves.heartbeat"',
        )
        .replace('max_changes = 10\nmax_wait_ms = 1000', 'max_wait_ms = 1000\nmax_changes = 10'),
    );
    await identical;
    expect(work()).toEqual(before);
  });

  test('a syntax error is told with line and column, and nothing stops', async () => {
    const text = await readFile(app.config, 'utf8');
    const invalid = app.next(
      app.runtime.relays.pluginsConfigReplay,
      (replay) => replay.phase === 'known' && replay.problem !== undefined,
    );
    await writeFile(app.config, `${text}\n[plugins.entries.config\n`);
    const replay = await invalid;
    expect(replay).toMatchObject({
      problem: { code: 'CONFIG_SYNTAX', location: { line: text.split('\n').length + 1 } },
    });
    expect(new Set(Object.values(states()))).toEqual(new Set(['Ready']));
    const mended = app.next(
      app.runtime.relays.pluginsConfigReplay,
      (replay) => replay.phase === 'known' && replay.problem === undefined,
    );
    await writeFile(app.config, text);
    await mended;
  });

  test('an edit of the source of a script is live', async () => {
    const said = app.next(
      app.runtime.relays.pluginLog,
      ({ plugin, message }) => plugin === 'waves.scanner' && message.endsWith('waves, by the new code'),
    );
    await app.edit('waveform_scanner/scanner.ts', (text) =>
      text.replace('} waveform files`', '} waves, by the new code`'),
    );
    await said;
  });

  test('disabling from outside keeps every comment and stops the plugin', async () => {
    const comments = (text: string) => text.split('\n').filter((line) => line.includes('#'));
    const before = comments(await readFile(app.config, 'utf8'));
    const stopped = app.next(
      app.runtime.relays.pluginStatus,
      ({ changed }) => changed?.id === 'waves.auto_reload' && changed.state === 'Disabled',
    );
    await editConfigFile(app.config, {
      change: 'set-enabled',
      id: parsePluginId('waves.auto_reload'),
      enabled: false,
    });
    await stopped;
    expect(comments(await readFile(app.config, 'utf8'))).toEqual(before);
  });
});
