import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Isolation } from '../../src/config/document.ts';
import { buildGuests, soundGuest } from './build-guests.ts';
import { type Cage, openCage } from './cage.ts';
import type { ZooGuest } from './guest.ts';
import { prepareGuests } from './prepare-guests.ts';

/** Guests that are built and prepared, to be put into cages. */
export interface Zoo extends AsyncDisposable {
  cage(tier: Isolation, guests: readonly ZooGuest[]): Promise<Cage>;
}

export async function openZoo(guests: readonly ZooGuest[]): Promise<Zoo> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-zoo-guests-'));
  const clear = () => rm(folder, { recursive: true, force: true });
  const stateFolder = join(folder, 'state');
  try {
    const artifacts = await buildGuests(guests, folder);
    await prepareGuests(guests, artifacts, stateFolder);
    const soundComponent = artifacts.get(soundGuest) ?? '';
    return {
      cage: (tier, guests) => openCage({ tier, guests, artifacts, soundComponent, stateFolder }),
      [Symbol.asyncDispose]: clear,
    };
  } catch (error) {
    await clear();
    throw error;
  }
}
