import { describe, expect, test } from 'vitest';
import { wired } from './wired.ts';

const all = ['time:read', 'random'];

test('the time is what the host has, in nanoseconds', async () => {
  await using box = wired({ permissions: all });
  expect(await box.call('clock.now')).toEqual({ outcome: 'returned', value: 1_000_000_000_000n });
  expect(await box.call('script-engine.now')).toEqual({ outcome: 'returned', value: 1_000_000 });
});

test('the monotonic clock never goes back, and is no finer than a tenth of a millisecond', async () => {
  await using box = wired({ permissions: all });
  const times: bigint[] = [];
  for (let at = 0; at < 1_000; at++) {
    const reply = await box.call('clock.monotonic');
    if (reply.outcome === 'returned' && typeof reply.value === 'bigint') times.push(reply.value);
  }
  expect(times).toHaveLength(1_000);
  expect(times.toSorted((a, b) => Number(a - b))).toEqual(times);
  expect(times.filter((time) => time % 100_000n !== 0n)).toEqual([]);
});

test('random bytes are as many as asked for, and never the same', async () => {
  await using box = wired({ permissions: all });
  const draw = async (name: string) => {
    const reply = await box.call(name, 32);
    return reply.outcome === 'returned' && reply.value instanceof Uint8Array ? reply.value : undefined;
  };
  const drawn = [await draw('random.bytes'), await draw('random.bytes'), await draw('script-engine.random')];
  expect(drawn.map((bytes) => bytes?.length)).toEqual([32, 32, 32]);
  expect(new Set(drawn.map(String)).size).toBe(3);
  expect(await box.call('random.bytes', 65_536)).toMatchObject({ value: { length: 65_536 } });
});

test('more than 64 KiB at once traps, with the figure that is allowed', async () => {
  await using box = wired({ permissions: all });
  await expect(box.call('random.bytes', 65_537)).rejects.toMatchObject({
    code: 'GUEST_TRAPPED',
    hint: 'Ask for at most 65536',
  });
});

describe('without its permission', () => {
  test.each([
    ['clock.now', 'time:read'],
    ['clock.monotonic', 'time:read'],
    ['random.bytes', 'random'],
  ])('%s traps, for its WIT knows no denial', async (name, permission) => {
    await using box = wired({ permissions: all.filter((granted) => granted !== permission) });
    await expect(box.call(name, ...(permission === 'random' ? [1] : []))).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: `Plugin "waves.scanner" has no permission "${permission}"`,
    });
    expect(box.audit).toMatchObject([{ decision: 'denied', permission }]);
  });

  test.each([
    ['script-engine.now', [], 'time:read'],
    ['script-engine.monotonic', [], 'time:read'],
    ['script-engine.random', [1], 'random'],
  ])(
    "a script's %s is refused with the permission and what would grant it",
    async (name, args, permission) => {
      await using box = wired();
      expect(await box.call(name, ...args)).toEqual({
        outcome: 'refused',
        error: {
          permission,
          rule: `"${permission}" is not granted; to allow it, write in the entry "waves.scanner": permissions = ["${permission}"]`,
        },
      });
    },
  );

  test('Math.random of a script gets no entropy, and that is no denial', async () => {
    await using box = wired();
    expect(await box.call('script-engine.entropy')).toEqual({ outcome: 'returned', value: undefined });
    expect(box.audit).toEqual([]);
    await using granted = wired({ permissions: ['random'] });
    expect(await granted.call('script-engine.entropy')).toMatchObject({ value: { length: 4_096 } });
    expect(granted.audit).toMatchObject([{ decision: 'used', permission: 'random' }]);
  });
});
