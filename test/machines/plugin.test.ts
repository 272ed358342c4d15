import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/core/errors.ts';
import type { Manifest } from '../../src/manifest/manifest.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';
import { documentOf, type EntryDraft, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { gate, guest, refuse } from '../support/guests.ts';

describe('a plugin on its way to Ready', () => {
  test('tells every step', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest({ greet: (name) => `Hello ${name}` }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    expect(runtime.statuses.map(({ state, phase }) => [state, phase])).toEqual([
      ['Loading', 'verifying'],
      ['Loading', 'resolving'],
      ['Loading', 'preparing'],
      ['Loading', 'instantiating'],
      ['Loading', 'initializing'],
      ['Ready', undefined],
    ]);
    expect(runtime.status('a')).toMatchObject({ version: '1.0.0', cell: 'fake#1', since: 0 });
    expect(await runtime.call('a', 'greet', 'Ada')).toEqual({ outcome: 'returned', value: 'Hello Ada' });
    expect(runtime.count('plugin.loads', 'a')).toBe(1);
  });

  test('gives init the config as JSON text in file order', async () => {
    await using runtime = new FakeRuntime();
    const inits: unknown[] = [];
    runtime.artifacts.put('a', { code: guest({ 'lifecycle.init': (config) => inits.push(config) }) });
    runtime.start(documentOf([entryOf('a', { config: { z: ['fst', 'vcd'], a: 250, name: 'x' } })]));
    await runtime.reaches('a', 'Ready');
    expect(inits).toEqual([
      [
        { key: 'z', value: '["fst","vcd"]' },
        { key: 'a', value: '250' },
        { key: 'name', value: '"x"' },
      ],
    ]);
  });

  test('takes calls before it is Ready and answers them after', async () => {
    await using runtime = new FakeRuntime();
    const init = gate();
    runtime.artifacts.put('a', { code: guest({ 'lifecycle.init': init.fn, echo: (value) => value }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Loading.initializing');
    const early = [runtime.call('a', 'echo', 1), runtime.call('a', 'echo', 2)];
    init.open();
    expect(await Promise.all(early)).toEqual([
      { outcome: 'returned', value: 1 },
      { outcome: 'returned', value: 2 },
    ]);
  });

  test('lets hosts call only what its manifest lists', async () => {
    await using runtime = new FakeRuntime();
    const code = guest({ open: () => 'yes', hidden: () => 'no' });
    runtime.artifacts.put('a', { code, manifest: { exports: ['open'] } });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    expect(await runtime.call('a', 'open')).toEqual({ outcome: 'returned', value: 'yes' });
    expect(await runtime.call('a', 'hidden')).toMatchObject({
      outcome: 'rejected',
      error: { code: 'CALL_INVALID' },
    });
  });

  test('uses the lowest of policy, manifest and entry limits', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.put('a', { code: guest(), manifest: { limits: { call_deadline_ms: 3_000 } } });
    const entry = entryOf('a', { limits: { mailbox_calls: 7 }, policy: profilePolicy('strict') });
    runtime.start(documentOf([entry]));
    await runtime.reaches('a', 'Ready');
    expect(runtime.capabilities.wirings[0]?.request.limits).toMatchObject({
      call_deadline_ms: 3_000,
      mailbox_calls: 7,
      memory_bytes: 16 * 1024 * 1024,
    });
  });

  test('tells the audit what it was granted and what was withheld', async () => {
    await using runtime = new FakeRuntime();
    const permissions = [
      { want: 'log', reason: 'to speak' },
      { want: 'fs:read:waves', reason: 'to look', optional: true },
    ];
    runtime.artifacts.put('a', { code: guest(), manifest: { permissions } });
    runtime.start(documentOf([entryOf('a', { permissions: ['log'] })]));
    await runtime.reaches('a', 'Ready');
    expect(runtime.audits.map(({ decision, permission }) => [decision, permission])).toEqual([
      ['granted', 'log'],
      ['withheld', 'fs:read:waves'],
    ]);
  });
});

describe('a plugin that cannot be loaded', () => {
  const reasons: readonly {
    readonly why: string;
    readonly manifest?: Partial<Manifest>;
    readonly entry?: EntryDraft;
    readonly code?: ReturnType<typeof guest>;
    readonly isMissing?: boolean;
    readonly expected: string;
    readonly where?: string;
  }[] = [
    { why: 'is not there', isMissing: true, expected: 'ARTIFACT_MISSING' },
    { why: 'has another id in its manifest', manifest: { id: 'b' }, expected: 'MANIFEST_INVALID' },
    { why: 'wants a newer api', manifest: { api: '0.2' }, expected: 'API_INCOMPATIBLE' },
    { why: 'wants another major api', manifest: { api: '1' }, expected: 'API_INCOMPATIBLE' },
    {
      why: 'is a component without a lifecycle',
      manifest: { kind: 'component' },
      code: () => ({}),
      expected: 'WORLD_MISMATCH',
    },
    {
      why: 'asks for what is no permission',
      manifest: { permissions: [{ want: 'fs:everything', reason: 'greed' }] },
      expected: 'PERMISSION_INVALID',
    },
    {
      why: 'requires what nobody granted',
      manifest: { permissions: [{ want: 'fs:read:waves', reason: 'to look' }] },
      expected: 'PERMISSION_PENDING',
      where: 'Error.pendingApproval',
    },
    {
      why: 'does not accept its config',
      code: guest({ 'lifecycle.init': () => refuse('invalid-config', 'no directories') }),
      expected: 'PLUGIN_CONFIG_REFUSED',
    },
    { why: 'depends on nobody', manifest: { dependencies: [{ id: 'b' }] }, expected: 'DEPENDENCY_MISSING' },
  ];

  test.each(reasons)(
    'because it $why waits for a change: $expected',
    async ({ manifest, entry, code, isMissing, ...then }) => {
      await using runtime = new FakeRuntime();
      if (!isMissing) runtime.artifacts.put('a', { code: code ?? guest(), ...(manifest && { manifest }) });
      runtime.start(documentOf([entryOf('a', entry)]));
      await runtime.reaches('a', then.where ?? 'Error.quarantined');
      expect(runtime.status('a')?.error?.code).toBe(then.expected);
      runtime.clock.increment(120_000);
      expect(runtime.where('a')).toBe(then.where ?? 'Error.quarantined');
      expect(await runtime.call('a', 'x')).toMatchObject({
        outcome: 'rejected',
        error: { code: 'PLUGIN_NOT_READY', details: { code: then.expected } },
      });
      expect(runtime.count('plugin.calls.rejected', 'a')).toBe(1);
    },
  );

  test('loads once a fixed artifact is noticed', async () => {
    await using runtime = new FakeRuntime();
    runtime.artifacts.break('a', new SignalboxError('SCRIPT_INVALID', 'It does not parse'));
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Error.quarantined');
    runtime.artifacts.put('a', { code: guest() });
    expect(runtime.fileWatcher.touch('/app/a/main.ts')).toBe(1);
    await runtime.reaches('a', 'Ready');
  });

  test('says which line would grant what it requires, and loads when it is written', async () => {
    await using runtime = new FakeRuntime();
    const permissions = [{ want: 'fs:read:waves', reason: 'to look' }];
    runtime.artifacts.put('a', { code: guest(), manifest: { permissions } });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Error.pendingApproval');
    expect(runtime.status('a')?.error?.hint).toContain('fs:read:waves');
    runtime.manager.replay(documentOf([entryOf('a', { permissions: ['fs:read:waves'] })]));
    await runtime.reaches('a', 'Ready');
  });
});

describe('a plugin that is switched off', () => {
  test('ends its current call, is told to shut down, and leaves nothing', async () => {
    await using runtime = new FakeRuntime();
    const work = gate();
    const shutdowns: string[] = [];
    const code = guest({ work: work.fn, 'lifecycle.shutdown': () => shutdowns.push('shut down') });
    runtime.artifacts.put('a', { code });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    const current = runtime.call('a', 'work');
    await runtime.eventually(() => expect(work.entered).toBe(1));
    const waiting = runtime.call('a', 'work');
    runtime.manager.replay(documentOf([entryOf('a', { enabled: false })]));
    expect(runtime.where('a')).toBe('Disabled.stopping');
    expect(await waiting).toMatchObject({ outcome: 'rejected', error: { code: 'PLUGIN_NOT_READY' } });
    expect(shutdowns).toEqual([]);
    work.open('done');
    expect(await current).toEqual({ outcome: 'returned', value: 'done' });
    await runtime.reaches('a', 'Disabled');
    expect(shutdowns).toEqual(['shut down']);
    expect([runtime.sandbox.live.length, runtime.fileWatcher.watches.size]).toEqual([0, 0]);
    expect(runtime.count('plugin.unloads', 'a')).toBe(1);
  });

  test('and on again meanwhile starts once it has stopped', async () => {
    await using runtime = new FakeRuntime();
    const shutdown = gate();
    runtime.artifacts.put('a', { code: guest({ 'lifecycle.shutdown': shutdown.fn }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    runtime.manager.replay(documentOf([entryOf('a', { enabled: false })]));
    runtime.manager.replay(documentOf([entryOf('a')]));
    expect(runtime.where('a')).toBe('Disabled.stopping');
    expect(runtime.status('a')?.message).toBe('Disabled in the config');
    shutdown.open();
    await runtime.reaches('a', 'Ready');
    expect(
      runtime.statuses.filter(({ state, message }) => state !== 'Disabled' && message !== undefined),
    ).toEqual([]);
    expect(runtime.sandbox.instantiations).toBe(2);
  });

  test('is closed by force when it does not come to an end', async () => {
    await using runtime = new FakeRuntime();
    const never = gate();
    runtime.artifacts.put('a', { code: guest({ work: never.fn }) });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    const current = runtime.call('a', 'work');
    await runtime.eventually(() => expect(never.entered).toBe(1));
    runtime.manager.replay(documentOf([entryOf('a', { enabled: false })]));
    runtime.clock.increment(10_000);
    await runtime.reaches('a', 'Disabled');
    expect(await current).toMatchObject({ outcome: 'failed', error: { code: 'CELL_LOST' } });
  });
});

describe('a plugin with a heartbeat', () => {
  test('gets a tick each period, never two waiting', async () => {
    await using runtime = new FakeRuntime();
    const slow = gate();
    const ticks: unknown[] = [];
    const code = guest({ 'lifecycle.handle-event': (event) => void ticks.push(event), slow: slow.fn });
    runtime.artifacts.put('a', { code, manifest: { tick_ms: 100 } });
    runtime.start(documentOf([entryOf('a')]));
    await runtime.reaches('a', 'Ready');
    runtime.clock.increment(100);
    await runtime.eventually(() => expect(ticks).toEqual([{ tag: 'tick' }]));
    const call = runtime.call('a', 'slow');
    await runtime.eventually(() => expect(slow.entered).toBe(1));
    for (let period = 0; period < 5; period += 1) runtime.clock.increment(100);
    slow.open();
    await call;
    await runtime.eventually(() => expect(ticks).toEqual([{ tag: 'tick' }, { tag: 'tick' }]));
  });
});
