import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type Isolation, isolations } from '../../src/config/document.ts';
import { tiersOf, type ZooGuest } from './guest.ts';
import { guests } from './guests.ts';
import { firstCalls, looksAgainAbove, neighboursText, secondCalls } from './neighbours-table-text.ts';
import { openZoo } from './open-zoo.ts';
import { turnAbout } from './turn-about.ts';
import { p99, timesOf, type Waits } from './waits.ts';
import { type GuestKind, kindOf, kinds, wellBehaved } from './well-behaved.ts';

/**
 * Measures what neighbours wait beside every guest, and writes docs/explanation/zoo-neighbours.md. Takes an hour and wants the machine for itself. What
 * was measured is kept in the file that is named, a line each, and not measured again; tiers that are named are the only ones.
 */
const page = new URL('../../docs/explanation/zoo-neighbours.md', import.meta.url);
/** Guests in one runtime: few enough for a small configuration. */
const cageSize = 4;
/** Measurements of one that behaves against itself, by kind and tier. */
const controls = 8;

const [file = 'zoo-neighbours.jsonl', ...asked] = process.argv.slice(2);
const measured = await readMeasured();
await using zoo = await openZoo([...Object.values(wellBehaved), ...guests]);

await warmUp();
for (const tier of isolations.filter((tier) => asked.length === 0 || asked.includes(tier))) {
  const here = guests.filter((guest) => tiersOf(guest).includes(tier));
  for (const kind of kinds) {
    const left = here.filter((guest) => kindOf(guest) === kind && of(guest, tier).length === 0);
    while (left.length > 0) await measure(left.splice(0, cageSize), kind, tier, firstCalls);
    while (of(wellBehaved[kind], tier).length < controls)
      await measure([wellBehaved[kind]], kind, tier, firstCalls);
  }
  for (const guest of here) {
    const [first, second] = of(guest, tier);
    if (first && !second && timesOf(first) > looksAgainAbove)
      await measure([guest], kindOf(guest), tier, secondCalls);
  }
}
const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`;
await writeFile(page, neighboursText(measured, machine));

/** The first wakes of a process take several times as long. */
async function warmUp(): Promise<void> {
  await using cage = await zoo.cage('shared', [wellBehaved.component]);
  await turnAbout(cage, [], wellBehaved.component, firstCalls);
}

function of({ id }: ZooGuest, tier: Isolation): readonly Waits[] {
  return measured.filter((waits) => waits.guest === id && waits.tier === tier);
}

async function measure(
  some: readonly ZooGuest[],
  kind: GuestKind,
  tier: Isolation,
  calls: number,
): Promise<void> {
  const behaved = wellBehaved[kind];
  await using cage = await zoo.cage(tier, [...new Set([behaved, ...some])]);
  for (const waits of await turnAbout(cage, some, behaved, calls)) {
    measured.push(waits);
    await appendFile(file, `${JSON.stringify(waits)}\n`);
    const figures = [waits.beside, waits.besideBehaved].map((wakes) => p99(wakes.flat()).toFixed(1));
    const ratio = timesOf(waits).toFixed(2);
    process.stderr.write(`${tier} ${waits.guest} ${calls} calls: ${figures.join(' of ')} ms, ${ratio} x\n`);
  }
}

async function readMeasured(): Promise<Waits[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
