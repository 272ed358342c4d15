import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Isolation, isolations } from '../../src/config/document.ts';
import type { Cage } from './cage.ts';
import { tiersOf } from './guest.ts';
import { guests, zoo } from './guests.ts';
import { openZoo, type Zoo } from './open-zoo.ts';
import { letStrike } from './strike.ts';

/** What the host process may grow by beside one guest: messages under way, and in the tier `thread` the guest itself. */
const mostGrowth: Readonly<Record<Isolation, number>> = {
  shared: 128 * 1024 * 1024,
  own: 128 * 1024 * 1024,
  thread: 320 * 1024 * 1024,
};

/** Whatever is left of the machine. */
const patienceMs = 60_000;
const preparePatienceMs = 300_000;

let opened: Zoo;
beforeAll(async () => {
  opened = await openZoo(guests);
}, preparePatienceMs);
afterAll(() => opened[Symbol.asyncDispose]());

const cages = isolations.flatMap((tier) =>
  Object.entries(zoo).map(([group, guests]) => ({
    tier,
    group,
    here: guests.filter((guest) => tiersOf(guest).includes(tier)),
  })),
);

describe.each(cages)('$group, in the tier "$tier"', ({ tier, here }) => {
  let cage: Cage;
  beforeAll(async () => {
    cage = await opened.cage(tier, here);
  });
  afterAll(() => cage[Symbol.asyncDispose]());

  test.each(here)('$id: $does', { timeout: patienceMs }, async (guest) => {
    const struck = await letStrike(cage, guest);
    const { service, disturbed, restarts, hostGrowth, elapsedMs } = struck;
    expect(struck.end, struck.error?.message).toEqual(guest.end);
    expect(service.wrong).toEqual([]);
    if (!guest.evicts) expect({ disturbed, restarts }).toEqual({ disturbed: [], restarts: 0 });
    expect(struck.trespasses).toBe(0);
    expect(hostGrowth).toBeLessThan(mostGrowth[tier]);
    if (guest.tells) {
      const perSecond = guest.limits?.[guest.tells.limit] ?? 0;
      // One second's worth may be saved up.
      expect(struck.told).toBeLessThanOrEqual(perSecond * (2 + elapsedMs / 1000));
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
