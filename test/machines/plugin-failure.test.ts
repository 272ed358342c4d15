import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { gate, guest, refuse } from '../support/guests.ts';

const trap = () => {
  throw new Error('unreachable');
};

describe('a plugin that crashes', () => {
  test('fails the call in flight and keeps the waiting ones for its next instance', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest({ trap, echo: (value) => value }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    const calls = [runtime.call('a', 'echo', 1), runtime.call('a', 'trap')];
    const after = [runtime.call('a', 'echo', 2), runtime.call('a', 'echo', 3)];
    expect(await Promise.all(calls)).toMatchObject([
      { outcome: 'returned', value: 1 },
      { outcome: 'failed', error: { code: 'GUEST_TRAPPED' } },
    ]);
    await runtime.reaches('a', 'Error.backoff');
    expect(runtime.status('a')?.error?.code).toBe('GUEST_TRAPPED');
    runtime.clock.increment(99);
    expect(runtime.where('a')).toBe('Error.backoff');
    runtime.clock.increment(1);
    expect(await Promise.all(after)).toEqual([
      { outcome: 'returned', value: 2 },
      { outcome: 'returned', value: 3 },
    ]);
    expect(runtime.count('plugin.crashes', 'a')).toBe(1);
    expect(runtime.count('plugin.restarts', 'a')).toBe(1);
  });

  test('three times in a minute is quarantined until somebody retries', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest({ trap }) });
    runtime.start(documentOf([entryOf('a')]));
    for (const delayMs of [100, 200]) {
      await runtime.reaches('a', 'Ready');
      await runtime.call('a', 'trap');
      await runtime.reaches('a', 'Error.backoff');
      runtime.clock.increment(delayMs);
    }
    await runtime.reaches('a', 'Ready');
    await runtime.call('a', 'trap');
    await runtime.reaches('a', 'Error.quarantined');
    runtime.manager.retry(runtime.status('a')?.id ?? entryOf('a').id);
    expect(runtime.where('a')).toBe('Loading.verifying');
    await runtime.reaches('a', 'Ready');
  });

  test('now and then, with a minute of good service between, always comes back', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest({ trap }) });
    runtime.start(documentOf([entryOf('a')]));
    for (let crash = 0; crash < 8; crash += 1) {
      await runtime.reaches('a', 'Ready');
      runtime.clock.increment(60_000);
      await runtime.call('a', 'trap');
      await runtime.reaches('a', 'Error.backoff');
      runtime.clock.increment(100);
    }
    await runtime.reaches('a', 'Ready');
  });

  test('because its cell was killed comes back each time: it is innocent', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest() });
    runtime.start(documentOf([entryOf('a')]));
    for (let kill = 0; kill < 10; kill += 1) {
      await runtime.reaches('a', 'Ready');
      runtime.sandbox.live[0]?.kill();
      await runtime.reaches('a', 'Error.backoff');
      runtime.clock.increment(100);
    }
    await runtime.reaches('a', 'Ready');
    expect(runtime.count('plugin.crashes', 'a')).toBe(10);
  });

  test('with its cell keeps the calls the guest never saw', async () => {
    await using runtime = new FakeRuntime();
    const stuck = gate();
    runtime.artifacts.put('a', { code: guest({ stuck: stuck.fn, echo: (value) => value }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    const inFlight = runtime.call('a', 'stuck');
    const waiting = runtime.call('a', 'echo', 7);
    await runtime.eventually(() => expect(stuck.entered).toBe(1));
    runtime.sandbox.live[0]?.kill(new SignalboxError('CALL_DEADLINE', 'Too slow').toRecord());
    expect(await inFlight).toMatchObject({ outcome: 'failed', error: { code: 'CALL_DEADLINE' } });
    await runtime.reaches('a', 'Error.backoff');
    runtime.clock.increment(100);
    expect(await waiting).toEqual({ outcome: 'returned', value: 7 });
  });
});

describe('a plugin whose init fails', () => {
  test('is tried again after 100 and 200 ms, then quarantined', async () => {
    await using runtime = new FakeRuntime();
    let inits = 0;
    const init = () => {
      inits += 1;
      return refuse('io', 'the disk is away');
    };
    runtime.artifacts.put('a', { code: guest({ 'lifecycle.init': init }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Error.backoff');
    expect(runtime.status('a')?.error).toMatchObject({
      code: 'PLUGIN_REFUSED',
      message: 'Plugin "a" refused "lifecycle.init": the disk is away',
    });
    runtime.clock.increment(100);
    await runtime.eventually(() => expect(inits).toBe(2));
    await runtime.reaches('a', 'Error.backoff');
    runtime.clock.increment(199);
    expect(inits).toBe(2);
    runtime.clock.increment(1);
    await runtime.reaches('a', 'Error.quarantined');
    expect(inits).toBe(3);
  });

  test('loads with the config that suits it', async () => {
    await using runtime = new FakeRuntime();
    const init = (config: unknown) =>
      JSON.stringify(config).includes('waves') ? undefined : refuse('invalid-config', 'no directories');
    runtime.artifacts.put('a', { code: guest({ 'lifecycle.init': init }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Error.quarantined');
    runtime.manager.replay(documentOf([entryOf('a', { config: { directories: ['waves'] } })]));
    await runtime.reaches('a', 'Ready');
  });
});

describe('a plugin that depends on another', () => {
  const dependent = { code: guest(), manifest: { dependencies: [{ id: 'base', version: '^1.2' }] } };

  test('loads when the other one is enabled, and fails when it goes', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', dependent);
    runtime.artifacts.put('base', { code: guest(), manifest: { version: '1.2.5' } });
    runtime.start(documentOf([entryOf('a'), entryOf('base', { enabled: false })]));
    await runtime.reaches('a', 'Error.quarantined');
    expect(runtime.status('a')?.error?.message).toBe('Plugin "a" requires "base", which is disabled');
    runtime.manager.replay(documentOf([entryOf('a'), entryOf('base')]));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Error.quarantined');
    expect(runtime.status('a')?.error?.message).toBe('Plugin "a" requires "base", which no entry has');
    await runtime.eventually(() => expect(runtime.board.plugins.size).toBe(1));
  });

  test('fails when the version does not fit', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', dependent);
    runtime.artifacts.put('base', { code: guest(), manifest: { version: '2.0.0' } });
    runtime.start(documentOf([entryOf('a'), entryOf('base')]));
    await runtime.reaches('base', 'Ready');
    await runtime.reaches('a', 'Error.quarantined');
    expect(runtime.status('a')?.error).toMatchObject({
      code: 'DEPENDENCY_MISSING',
      message: 'Plugin "a" requires "base", which is version 2.0.0, not "^1.2"',
    });
  });
});
