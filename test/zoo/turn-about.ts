import { setTimeout as pause } from 'node:timers/promises';
import type { Cage } from './cage.ts';
import type { ZooGuest } from './guest.ts';
import { keepCalling } from './neighbours.ts';
import { letStrike } from './strike.ts';
import type { Waits } from './waits.ts';

/** Wakes of the one that behaves before anything counts. */
const warmUpWakes = 4;
const aloneMs = 500;

/**
 * Wakes the two turn about until neighbours have made `calls` calls beside each: always the one beside which there were fewer.
 *
 * @throws when a neighbour was answered wrongly
 */
export async function turnAbout(
  cage: Cage,
  guest: ZooGuest,
  behaved: ZooGuest,
  calls: number,
): Promise<Waits> {
  for (let wake = 0; wake < warmUpWakes; wake += 1) await waitsBeside(cage, behaved);
  const alone = await waitsAlone(cage);
  const beside: (readonly number[])[] = [];
  const besideBehaved: (readonly number[])[] = [];
  while (Math.min(beside.flat().length, besideBehaved.flat().length) < calls) {
    if (beside.flat().length <= besideBehaved.flat().length) beside.push(await waitsBeside(cage, guest));
    else besideBehaved.push(await waitsBeside(cage, behaved));
  }
  return { guest: guest.id, tier: cage.tier, alone, beside, besideBehaved };
}

async function waitsBeside(cage: Cage, guest: ZooGuest): Promise<readonly number[]> {
  const { service } = await letStrike(cage, guest);
  if (service.wrong.length > 0) throw new Error(`Wrong beside ${guest.id}: ${service.wrong.join(', ')}`);
  return service.latenciesMs;
}

async function waitsAlone({ runtime }: Cage): Promise<readonly number[]> {
  const service = keepCalling(runtime);
  await pause(aloneMs);
  return (await service.stop()).latenciesMs;
}
