import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Isolation, isolations } from '../../src/config/document.ts';
import { buildGuests, soundGuest } from './build-guests.ts';
import { type Cage, openCage } from './cage.ts';
import { tiersOf, type ZooGuest } from './guest.ts';
import { guests, zoo } from './guests.ts';
import { prepareGuests } from './prepare-guests.ts';
import { letStrike, type Struck } from './strike.ts';
import { type GuestKind, kinds, wellBehaved } from './well-behaved.ts';

export interface ZooRun {
  /** What each guest did, by tier. */
  readonly struck: ReadonlyMap<string, ReadonlyMap<Isolation, Struck>>;
  /** Neighbours beside guests that behave, wake after wake. */
  readonly peaceful: ReadonlyMap<Isolation, Readonly<Record<GuestKind, readonly Struck[]>>>;
}

/** Wakes of each well-behaved guest in each cage. */
const peacefulWakes = 3;

/** Lets every guest strike once in every tier it strikes in: a cage for each group and tier. */
export async function runZoo(
  onStruck: (guest: ZooGuest, tier: Isolation, struck: Struck) => void,
): Promise<ZooRun> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-zoo-guests-'));
  const struck = new Map<string, Map<Isolation, Struck>>();
  const peaceful = new Map(isolations.map((tier) => [tier, { component: [], script: [] } as Peaceful]));
  const everyone = [...Object.values(wellBehaved), ...guests];
  try {
    const artifacts = await buildGuests(everyone, folder);
    const stateFolder = join(folder, 'state');
    await prepareGuests(everyone, artifacts, stateFolder);
    const soundComponent = artifacts.get(soundGuest) ?? '';
    for (const tier of isolations) {
      for (const group of Object.values(zoo)) {
        const caged = [...Object.values(wellBehaved), ...group];
        await using cage = await openCage({ tier, guests: caged, artifacts, soundComponent, stateFolder });
        await wakePeacefully(cage, peaceful.get(tier));
        for (const guest of group.filter((each) => tiersOf(each).includes(tier))) {
          const done = await letStrike(cage, guest);
          struck.set(guest.id, (struck.get(guest.id) ?? new Map<Isolation, Struck>()).set(tier, done));
          onStruck(guest, tier, done);
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { struck, peaceful };
}

type Peaceful = Record<GuestKind, Struck[]>;

async function wakePeacefully(cage: Cage, peaceful: Peaceful | undefined): Promise<void> {
  for (let wake = 0; wake < peacefulWakes; wake += 1) {
    for (const kind of kinds) peaceful?.[kind].push(await letStrike(cage, wellBehaved[kind]));
  }
}
