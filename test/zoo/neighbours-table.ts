import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type Isolation, isolations } from '../../src/config/document.ts';
import { tiersOf, type ZooGuest } from './guest.ts';
import { guests } from './guests.ts';
import { firstCalls, looksAgainAbove, neighboursText, secondCalls } from './neighbours-table-text.ts';
import { openZoo } from './open-zoo.ts';
import { turnAbout } from './turn-about.ts';
import { p99, timesOf, type Waits } from './waits.ts';
import { kindOf, kinds, wellBehaved } from './well-behaved.ts';

/**
 * Measures what neighbours wait beside every guest, and writes docs/explanation/zoo-neighbours.md. Takes an hour and wants the machine for itself. What
 * was measured is kept in the file that is named, a line each, and not measured again.
 */
const page = new URL('../../docs/explanation/zoo-neighbours.md', import.meta.url);
/** Measurements of one that behaves against itself, by kind and tier. */
const controls = 10;

const [file = 'zoo-neighbours.jsonl'] = process.argv.slice(2);
const measured = await readMeasured();
const behaved = Object.values(wellBehaved);
await using zoo = await openZoo([...behaved, ...guests]);

for (const tier of isolations) {
  for (const guest of guests.filter((guest) => tiersOf(guest).includes(tier))) {
    if (of(guest, tier).length === 0) await measure(guest, tier, firstCalls);
    const [first, again] = of(guest, tier);
    if (first && !again && timesOf(first) > looksAgainAbove) await measure(guest, tier, secondCalls);
  }
  for (const kind of kinds) {
    while (of(wellBehaved[kind], tier).length < controls) await measure(wellBehaved[kind], tier, firstCalls);
  }
}
const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`;
await writeFile(page, neighboursText(measured, machine));

function of({ id }: ZooGuest, tier: Isolation): readonly Waits[] {
  return measured.filter((waits) => waits.guest === id && waits.tier === tier);
}

async function measure(guest: ZooGuest, tier: Isolation, calls: number): Promise<void> {
  const counterpart = wellBehaved[kindOf(guest)];
  await using cage = await zoo.cage(tier, [...new Set([counterpart, guest])]);
  const waits = await turnAbout(cage, guest, counterpart, calls);
  measured.push(waits);
  await appendFile(file, `${JSON.stringify(waits)}\n`);
  const figures = [waits.beside, waits.besideBehaved].map((wakes) => p99(wakes.flat()).toFixed(1));
  process.stderr.write(`${tier} ${guest.id} ${figures.join(' of ')} ms, ${timesOf(waits).toFixed(2)} x\n`);
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
