import { readdir } from 'node:fs/promises';
import { getActiveResourcesInfo } from 'node:process';
import { childrenRunning } from './processes.ts';

/** What a leak would add to, by name: open descriptors, child processes, timers and watchers. Linux only. */
export async function heldResources(): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = { children: (await childrenRunning('')).length };
  for (const name of getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return { ...counts, descriptors: (await readdir('/proc/self/fd')).length };
}

/** What is held when nothing is on its way: the least of several looks, so that a debounce that is running hides no leak later. */
export async function heldAtRest(): Promise<Readonly<Record<string, number>>> {
  let least = await heldResources();
  for (let look = 1; look < restingLooks; look++) {
    await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
    const now = await heldResources();
    least = Object.fromEntries(
      Object.entries(least).map(([name, count]) => [name, Math.min(count, now[name] ?? 0)]),
    );
  }
  return least;
}

type Grown = readonly (readonly [name: string, more: number])[];

/** Together more than the longest deadline, 30 s for a start: its timer stays until then, see src/sandbox/broker/deadline.ts. */
const looks = 800;
const betweenLooksMs = 50;
const restingLooks = 20;

/** What is held now and was not before, by name. What is on its way out when it is first looked at gets time to go. */
export async function leakedSince(before: Readonly<Record<string, number>>): Promise<Grown> {
  let grown = grownSince(before, await heldResources());
  for (let look = 1; look < looks && grown.length > 0; look++) {
    // It has fired when it is counted.
    await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
    grown = grownSince(before, await heldResources());
  }
  return grown;
}

function grownSince(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): Grown {
  return Object.entries(now).flatMap(([name, count]) => {
    const more = count - (before[name] ?? 0);
    return more > 0 ? [[name, more] as const] : [];
  });
}
