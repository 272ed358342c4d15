import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { SimulatedClock } from 'xstate';
import { defineCapability, hostFunction } from '../../src/capabilities/define-capability.ts';
import { returned } from '../../src/capabilities/replies.ts';
import type { Lease } from '../../src/permissions/leases.ts';
import { MemoryGrantMemory } from '../../src/store/memory-grant-memory.ts';
import { pluginId, wired } from './wired.ts';

const channel = 'relay:publish:news';
const publish = ['relay.publish', 'news', { tag: 'log', val: 'hello' }] as const;
const lent = (lease: Omit<Lease, 'permission'>, permission = channel) => ({
  leases: [{ permission, ...lease }],
});
const rulesOf = (audit: readonly { decision: string; rule: string }[], decision: string) =>
  audit.filter((record) => record.decision === decision).map(({ rule }) => rule);

describe('a lease', () => {
  test('is good for so many uses and no more, whichever instance makes them', async () => {
    const grantMemory = new MemoryGrantMemory();
    await using first = wired({ ...lent({ calls: 3 }), grantMemory });
    await using second = wired({ ...lent({ calls: 3 }), grantMemory });
    const replies = [];
    for (const box of [first, second, first, second]) replies.push((await box.call(...publish)).outcome);
    expect(replies).toEqual(['returned', 'returned', 'returned', 'refused']);
    expect(rulesOf(second.audit, 'denied')).toEqual([
      'the lease of "relay:publish:news" is used up: 3 calls',
    ]);
    expect(grantMemory.useOf(pluginId, { permission: channel })).toEqual({ calls: 3, bytes: 15 });
  });

  test('is good for so many bytes, and the use that goes beyond is the last', async () => {
    await using box = wired(lent({ bytes: 6 }));
    const replies = [];
    for (let use = 0; use < 3; use++) replies.push((await box.call(...publish)).outcome);
    expect(replies).toEqual(['returned', 'returned', 'refused']);
    expect(rulesOf(box.audit, 'denied')).toEqual(['the lease of "relay:publish:news" is used up: 6 bytes']);
  });

  test('is over at its time, told then and at every use', async () => {
    const clock = new SimulatedClock();
    await using box = wired({ ...lent({ expiresAt: 5_000 }), clock });
    expect((await box.call(...publish)).outcome).toBe('returned');
    clock.increment(4_999);
    expect((await box.call(...publish)).outcome).toBe('returned');
    clock.increment(1);
    const rule = 'the lease of "relay:publish:news" expired at 1970-01-01T00:00:05.000Z';
    expect(rulesOf(box.audit, 'withheld')).toEqual([rule]);
    expect(await box.call(...publish)).toMatchObject({ outcome: 'refused', error: { val: { rule } } });
  });

  test('is told of as what allowed a use', async () => {
    await using box = wired(lent({ calls: 2 }));
    await box.call(...publish);
    expect(rulesOf(box.audit, 'used')).toEqual(['relay:publish:news, leased 2 calls']);
  });

  test('is not charged for what a lasting grant gives', async () => {
    const grantMemory = new MemoryGrantMemory();
    await using box = wired({ ...lent({ calls: 1 }), permissions: [channel], grantMemory });
    for (let use = 0; use < 3; use++) expect((await box.call(...publish)).outcome).toBe('returned');
    expect(grantMemory.useOf(pluginId, { permission: channel })).toEqual({ calls: 0, bytes: 0 });
  });

  test('with a budget gives nothing while its uses cannot be recorded', async () => {
    const grantMemory = new (class extends MemoryGrantMemory {
      override readonly problem = 'the disk is full';
    })();
    await using box = wired({ ...lent({ calls: 3 }), grantMemory });
    expect((await box.call(...publish)).outcome).toBe('refused');
    expect(rulesOf(box.audit, 'denied')).toEqual([
      'uses of the lease of "relay:publish:news" cannot be recorded: the disk is full',
    ]);
  });
});

describe('a host call that waits when its lease expires', () => {
  const interfaceName = 'app:orders/api';
  const slow = (seen: AbortSignal[]) =>
    defineCapability(interfaceName, {
      order: hostFunction(Type.Tuple([]), (_args, { signal }) => {
        seen.push(signal);
        const { promise, resolve } = Promise.withResolvers<ReturnType<typeof returned>>();
        signal.addEventListener('abort', () => resolve(returned('too late')));
        return promise;
      }),
    });

  test('is aborted, and its answer is not given', async () => {
    const clock = new SimulatedClock();
    const seen: AbortSignal[] = [];
    await using box = wired({
      ...lent({ expiresAt: 5_000 }, `host:use:${interfaceName}`),
      hostCapabilities: [slow(seen)],
      clock,
    });
    const call = box.call('api.order');
    const ended = expect(call).rejects.toMatchObject({
      code: 'CALL_ABORTED',
      message: expect.stringContaining('expired at 1970-01-01T00:00:05.000Z'),
    });
    clock.increment(5_000);
    await ended;
    expect(seen.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test('goes on under a lasting grant', async () => {
    const clock = new SimulatedClock();
    const seen: AbortSignal[] = [];
    await using box = wired({
      ...lent({ expiresAt: 5_000 }),
      permissions: [`host:use:${interfaceName}`],
      hostCapabilities: [slow(seen)],
      clock,
    });
    void box.call('api.order');
    clock.increment(5_000);
    expect(seen.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

test('a policy denies at each use what lies deeper than the grant', async () => {
  await using box = wired({ permissions: ['relay:publish:*'], deny: ['relay:publish:news'] });
  expect((await box.call('relay.publish', 'other', publish[2])).outcome).toBe('returned');
  expect(await box.call(...publish)).toMatchObject({
    outcome: 'refused',
    error: { val: { rule: 'policy "mine" denies "relay:publish:news"' } },
  });
});
