import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Isolation, isolations } from '../../src/config/document.ts';
import { buildGuests, soundGuest } from './build-guests.ts';
import { openCage } from './cage.ts';
import { tiersOf, type ZooGuest } from './guest.ts';
import { prepareGuests } from './prepare-guests.ts';
import { letStrike, type Struck } from './strike.ts';

/** What each guest did, by tier. */
export type ZooRun = ReadonlyMap<string, ReadonlyMap<Isolation, Struck>>;

/** Lets every guest strike once in every tier it strikes in. */
export async function runZoo(
  guests: readonly ZooGuest[],
  onStruck: (guest: ZooGuest, tier: Isolation, struck: Struck) => void,
): Promise<ZooRun> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-zoo-guests-'));
  const run = new Map<string, Map<Isolation, Struck>>();
  try {
    const artifacts = await buildGuests(guests, folder);
    await prepareGuests(guests, artifacts, join(folder, 'state'));
    for (const tier of isolations) {
      await using cage = await openCage({
        tier,
        guests,
        artifacts,
        soundComponent: artifacts.get(soundGuest) ?? '',
        stateFolder: join(folder, 'state'),
      });
      for (const guest of guests.filter((each) => tiersOf(each).includes(tier))) {
        const struck = await letStrike(cage, guest);
        const byTier = run.get(guest.id) ?? new Map<Isolation, Struck>();
        run.set(guest.id, byTier.set(tier, struck));
        onStruck(guest, tier, struck);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return run;
}
