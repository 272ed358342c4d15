import { describe, expect, test } from 'vitest';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { guest, refuse } from '../support/guests.ts';

const withConfig = (value: string) => documentOf([entryOf('a', { config: { greeting: value } })]);
const updateTo = (value: string) => ({
  tag: 'config-updated',
  val: [{ key: 'greeting', value: JSON.stringify(value) }],
});

describe('a change of the config table alone', () => {
  test('is told to a plugin that handles events, which keeps running', async () => {
    await using runtime = new FakeRuntime();
    const events: unknown[] = [];
    runtime.artifacts.put('a', {
      code: guest({ 'lifecycle.handle-event': (event) => void events.push(event) }),
    });
    runtime.start(withConfig('Hello'));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(withConfig('Good day'));
    await runtime.eventually(() => expect(runtime.count('plugin.config.updates', 'a')).toBe(1));
    expect(events).toEqual([updateTo('Good day')]);
    expect(runtime.capabilities.wirings.map(({ entry }) => entry.config)).toEqual([{ greeting: 'Good day' }]);
    expect([runtime.sandbox.instantiations, runtime.count('plugin.reloads', 'a')]).toEqual([1, 0]);
  });

  test('reloads a script that handles none', async () => {
    await using runtime = new FakeRuntime();
    const inits: unknown[] = [];
    runtime.artifacts.put('a', { code: () => ({ 'lifecycle.init': (config) => void inits.push(config) }) });
    runtime.start(withConfig('Hello'));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(withConfig('Good day'));
    await runtime.eventually(() => expect(runtime.count('plugin.reloads', 'a')).toBe(1));
    expect(inits).toEqual([updateTo('Hello').val, updateTo('Good day').val]);
  });

  test('that the plugin refuses leaves it Ready and degraded, until a better one', async () => {
    await using runtime = new FakeRuntime();
    const code = guest({
      'lifecycle.handle-event': (event) =>
        JSON.stringify(event).includes('bad') ? refuse('invalid-config', 'rude') : undefined,
    });
    runtime.artifacts.put('a', { code });
    runtime.start(withConfig('Hello'));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(withConfig('bad'));
    await runtime.eventually(() => expect(runtime.status('a')?.degraded?.code).toBe('PLUGIN_CONFIG_REFUSED'));
    expect(runtime.status('a')).toMatchObject({
      state: 'Ready',
      message: 'Still runs with its old config: Plugin "a" does not accept its config: rude',
    });
    runtime.manager.replay(withConfig('fine'));
    await runtime.eventually(() => expect(runtime.status('a')?.degraded).toBe(undefined));
    expect(runtime.sandbox.instantiations).toBe(1);
  });

  test('survives a restart', async () => {
    await using runtime = new FakeRuntime();
    const inits: unknown[] = [];
    runtime.artifacts.put('a', { code: guest({ 'lifecycle.init': (config) => void inits.push(config) }) });
    runtime.start(withConfig('Hello'));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(withConfig('Good day'));
    await runtime.eventually(() => expect(runtime.count('plugin.config.updates', 'a')).toBe(1));
    runtime.sandbox.live[0]?.kill();
    await runtime.reaches('a', 'Error.backoff');
    runtime.clock.increment(100);
    await runtime.reaches('a', 'Ready');
    expect(inits.at(-1)).toEqual(updateTo('Good day').val);
  });
});

describe('a change of anything else in the entry', () => {
  test('reloads that plugin beside the running one, and no other', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    runtime.artifacts.put('b', { code: guest() });
    runtime.start(documentOf([entryOf('a'), entryOf('b')]));
    await runtime.reaches('a', 'Ready');
    await runtime.reaches('b', 'Ready');
    runtime.manager.replay(documentOf([entryOf('a', { permissions: ['log'] }), entryOf('b')]));
    expect(runtime.where('a')).toBe('Ready.reloading');
    await runtime.reaches('a', 'Ready');
    expect([runtime.count('plugin.reloads', 'a'), runtime.count('plugin.reloads', 'b')]).toEqual([1, 0]);
    expect(runtime.sandbox.instantiations).toBe(3);
  });
});
