import { describe, expect, test } from 'vitest';
import { parsePattern } from '../../src/permissions/policy.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';
import { wantsFingerprint } from '../../src/permissions/wants.ts';
import { documentOf, type EntryDraft, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import type { GuestCode } from '../support/fake-sandbox.ts';
import { gate, guest } from '../support/guests.ts';

const asking = (...wants: readonly string[]) => wants.map((want) => ({ want, reason: 'It needs it' }));

async function ready(code: GuestCode, wants: readonly string[], draft: EntryDraft): Promise<FakeRuntime> {
  const runtime = new FakeRuntime();
  runtime.artifacts.put('a', { code, manifest: { permissions: asking(...wants) } });
  runtime.start(documentOf([entryOf('a', draft)]));
  await runtime.reaches('a', 'Ready');
  return runtime;
}

const edit = (runtime: FakeRuntime, draft: EntryDraft) =>
  runtime.manager.replay(documentOf([entryOf('a', draft)]));

describe('an edit that takes a permission away', () => {
  const wants = ['fs:read:waves'];
  const optional = [{ want: 'log', reason: '', optional: true }, ...asking(...wants)];

  test('ends the call in flight with the reason, and those that had not begun are made by the next instance', async () => {
    const work = gate();
    const runtime = new FakeRuntime();
    await using _runtime = runtime;
    runtime.artifacts.put('a', {
      code: guest({ work: work.fn, version: () => 'here' }),
      manifest: { permissions: optional },
    });
    runtime.start(documentOf([entryOf('a', { permissions: ['log', ...wants] })]));
    await runtime.reaches('a', 'Ready');
    const current = runtime.call('a', 'work');
    const waiting = [runtime.call('a', 'version'), runtime.call('a', 'version')];
    await runtime.eventually(() => expect(work.entered).toBe(1));
    edit(runtime, { permissions: wants });
    expect(runtime.where('a')).toBe('Loading.verifying');
    expect(await current).toMatchObject({
      outcome: 'failed',
      error: { code: 'CALL_ABORTED', message: 'Plugin "a" lost a permission while it was called' },
    });
    expect(await Promise.all(waiting)).toEqual([1, 2].map(() => ({ outcome: 'returned', value: 'here' })));
    expect(runtime.where('a')).toBe('Ready');
    expect(runtime.count('plugin.crashes', 'a')).toBe(0);
  });

  const now = 60_000;
  const lease = { permission: 'fs:read:waves', expiresAt: now, calls: 5 };
  test.each<[string, EntryDraft, EntryDraft]>([
    ['a line', { permissions: wants }, { permissions: [] }],
    ['all of it but a part', { permissions: wants }, { permissions: ['fs:read:waves/a'] }],
    ['what a lease gave', { leases: [lease] }, { leases: [] }],
    ['time of a lease', { leases: [lease] }, { leases: [{ ...lease, expiresAt: now - 1 }] }],
    ['uses of a lease', { leases: [lease] }, { leases: [{ ...lease, calls: 4 }] }],
    ['its end', { permissions: wants }, { leases: [lease] }],
    [
      'room in its policy',
      { permissions: wants },
      {
        permissions: wants,
        policy: {
          ...profilePolicy('default'),
          layers: [{ name: 'p', deny: [parsePattern('fs:read:waves/x')] }],
        },
      },
    ],
  ])('is carried out at once when it takes away %s', async (_what, before, after) => {
    const work = gate();
    await using runtime = await ready(guest({ work: work.fn }), wants, before);
    const current = runtime.call('a', 'work');
    await runtime.eventually(() => expect(work.entered).toBe(1));
    edit(runtime, after);
    expect(await current).toMatchObject({ error: { code: 'CALL_ABORTED' } });
  });

  test.each<[string, EntryDraft, EntryDraft]>([
    ['adds a line', { permissions: wants }, { permissions: ['log', ...wants] }],
    ['adds uses to a lease', { leases: [lease] }, { leases: [{ ...lease, calls: 6 }] }],
    ['makes a lease last', { leases: [lease] }, { permissions: wants }],
    ['lowers a limit', { permissions: wants }, { permissions: wants, limits: { mailbox_calls: 3 } }],
  ])('one that %s lets the call in flight end', async (_what, before, after) => {
    const work = gate();
    await using runtime = await ready(guest({ work: work.fn }), wants, before);
    const current = runtime.call('a', 'work');
    await runtime.eventually(() => expect(work.entered).toBe(1));
    edit(runtime, after);
    expect(runtime.where('a')).toBe('Ready.reloading');
    work.open('done');
    expect(await current).toEqual({ outcome: 'returned', value: 'done' });
    await runtime.reaches('a', 'Ready');
  });

  test('leaves a plugin that requires it waiting for approval', async () => {
    await using runtime = await ready(guest(), wants, { permissions: wants });
    edit(runtime, { permissions: [] });
    await runtime.reaches('a', 'Error.pendingApproval');
    edit(runtime, { permissions: wants });
    await runtime.reaches('a', 'Ready');
  });
});

describe('an upgrade that asks for more than was approved', () => {
  const granted = { permissions: ['log', 'random'] };
  const upgraded = { permissions: asking('log', 'random') };
  const upgrade = (runtime: FakeRuntime) => {
    runtime.artifacts.put('a', {
      code: guest({ version: () => 'new' }),
      manifest: { version: '2.0.0', ...upgraded },
    });
    runtime.fileWatcher.touch('/app/a/main.ts');
  };
  const old = guest({ version: () => 'old' });

  test('waits, though a line of the entry would allow it, and the old version serves on', async () => {
    await using runtime = await ready(old, ['log'], granted);
    upgrade(runtime);
    await runtime.eventually(() => expect(runtime.status('a')?.degraded?.code).toBe('PERMISSION_PENDING'));
    expect(runtime.status('a')).toMatchObject({
      state: 'Ready',
      version: '1.0.0',
      degraded: {
        message: 'Version 2.0.0 of plugin "a" asks for more than was approved: "random": It needs it',
        hint: `Approve it with "signalbox grant a --approve", or write in its entry: approved = "${wantsFingerprint(upgraded)}"`,
        details: { missing: [], widening: [{ permission: 'random', reason: 'It needs it' }] },
      },
    });
    expect(await runtime.call('a', 'version')).toEqual({ outcome: 'returned', value: 'old' });
  });

  test('is loaded once the entry approves it, and needs no approval again', async () => {
    await using runtime = await ready(old, ['log'], granted);
    upgrade(runtime);
    await runtime.eventually(() => expect(runtime.status('a')?.degraded?.code).toBe('PERMISSION_PENDING'));
    edit(runtime, { ...granted, approved: wantsFingerprint(upgraded) });
    await runtime.eventually(() => expect(runtime.status('a')?.version).toBe('2.0.0'));
    expect(runtime.status('a')?.degraded).toBe(undefined);
    edit(runtime, granted);
    await runtime.eventually(() => expect(runtime.count('plugin.reloads', 'a')).toBe(2));
    expect(runtime.where('a')).toBe('Ready');
  });

  test('waits in Error where no old version runs', async () => {
    await using runtime = new FakeRuntime();
    await runtime.grantMemory.approve(entryOf('a').id, '1.0.0', ['log']);
    runtime.artifacts.put('a', { code: guest(), manifest: { version: '2.0.0', ...upgraded } });
    runtime.start(documentOf([entryOf('a', granted)]));
    await runtime.reaches('a', 'Error.pendingApproval');
    edit(runtime, { ...granted, approved: wantsFingerprint(upgraded) });
    await runtime.reaches('a', 'Ready');
  });

  test('is approved by a line that is added after it was seen', async () => {
    await using runtime = await ready(old, ['log'], { permissions: ['log'] });
    upgrade(runtime);
    await runtime.eventually(() =>
      expect(runtime.status('a')?.degraded?.hint).toBe('permissions = ["log", "random"]'),
    );
    edit(runtime, granted);
    await runtime.eventually(() => expect(runtime.status('a')?.version).toBe('2.0.0'));
  });
});

test('what a policy forbids and a plugin requires is an error that names the policy and the way out', async () => {
  await using runtime = new FakeRuntime();
  const wants = ['env:read:HOME'];
  runtime.artifacts.put('a', { code: guest(), manifest: { permissions: asking(...wants) } });
  runtime.start(documentOf([entryOf('a', { permissions: wants, policy: profilePolicy('strict') })]));
  await runtime.reaches('a', 'Error.quarantined');
  expect(runtime.status('a')?.error).toMatchObject({
    code: 'PERMISSION_FORBIDDEN',
    message: 'Plugin "a" requires "env:read:HOME", but policy "strict" does not allow "env:read:HOME"',
    hint: 'Choose another policy in its entry, like policy = "default", or change "strict"',
  });
  edit(runtime, { permissions: wants });
  await runtime.reaches('a', 'Ready');
});

test('a lease that is used up before the start is no grant', async () => {
  await using runtime = new FakeRuntime();
  const lease = { permission: 'log', calls: 2 };
  runtime.grantMemory.spend(entryOf('a').id, lease, { calls: 2, bytes: 0 });
  runtime.artifacts.put('a', { code: guest(), manifest: { permissions: asking('log') } });
  runtime.start(documentOf([entryOf('a', { leases: [lease] })]));
  await runtime.reaches('a', 'Error.pendingApproval');
  expect(runtime.audits).toEqual([
    {
      time: 0,
      plugin: 'a',
      decision: 'withheld',
      permission: 'log',
      rule: 'entry "a": the lease of "log" is used up: 2 calls',
    },
  ]);
});
