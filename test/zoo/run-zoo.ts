import { type Isolation, isolations } from '../../src/config/document.ts';
import { tiersOf, type ZooGuest } from './guest.ts';
import { guests, zoo } from './guests.ts';
import { openZoo } from './open-zoo.ts';
import { letStrike, type Struck } from './strike.ts';

/** What each guest did, by tier. */
export type ZooRun = ReadonlyMap<string, ReadonlyMap<Isolation, Struck>>;

/** Lets every guest strike once in every tier it strikes in: a cage for each group and tier. */
export async function runZoo(
  onStruck: (guest: ZooGuest, tier: Isolation, struck: Struck) => void,
): Promise<ZooRun> {
  const run = new Map<string, Map<Isolation, Struck>>();
  await using opened = await openZoo(guests);
  for (const tier of isolations) {
    for (const group of Object.values(zoo)) {
      const here = group.filter((guest) => tiersOf(guest).includes(tier));
      await using cage = await opened.cage(tier, here);
      for (const guest of here) {
        const struck = await letStrike(cage, guest);
        run.set(guest.id, (run.get(guest.id) ?? new Map<Isolation, Struck>()).set(tier, struck));
        onStruck(guest, tier, struck);
      }
    }
  }
  return run;
}
