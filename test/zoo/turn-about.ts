import { setTimeout as pause } from 'node:timers/promises';
import type { Cage } from './cage.ts';
import type { ZooGuest } from './guest.ts';
import { keepCalling } from './neighbours.ts';
import { letStrike } from './strike.ts';
import type { Waits, Wakes } from './waits.ts';

/** Wakes of the one that behaves before anything counts. */
const warmUpWakes = 4;
const aloneMs = 500;

/**
 * Wakes them turn about, the one that behaves among them, until neighbours have made `calls` calls beside each: always the one beside which there were
 * fewest.
 *
 * @throws when a neighbour was answered wrongly
 */
export async function turnAbout(
  cage: Cage,
  guests: readonly ZooGuest[],
  behaved: ZooGuest,
  calls: number,
): Promise<readonly Waits[]> {
  for (let wake = 0; wake < warmUpWakes; wake += 1) await waitsBeside(cage, behaved);
  const alone = await waitsAlone(cage);
  const besideBehaved: (readonly number[])[] = [];
  const seen = guests.map((guest) => ({ guest, wakes: [] as (readonly number[])[] }));
  const turns = [...seen, { guest: behaved, wakes: besideBehaved }];
  for (;;) {
    const next = turns.reduce((least, turn) => (callsOf(turn.wakes) < callsOf(least.wakes) ? turn : least));
    if (callsOf(next.wakes) >= calls) break;
    next.wakes.push(await waitsBeside(cage, next.guest));
  }
  return seen.map(({ guest, wakes: beside }) => ({
    ...{ guest: guest.id, tier: cage.tier, calls },
    ...{ alone, beside, besideBehaved },
  }));
}

function callsOf(wakes: Wakes): number {
  return wakes.reduce((sum, waits) => sum + waits.length, 0);
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
