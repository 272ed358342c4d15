import type { SoakRow } from './row.ts';
import { callsRow } from './rows/calls.ts';
import { cellsRow } from './rows/cells.ts';
import { fuelRow } from './rows/fuel.ts';
import { fuzzRows } from './rows/fuzz.ts';
import { hostileRow } from './rows/hostile.ts';
import { hundredRow } from './rows/hundred.ts';
import { componentReloadsRow, scriptReloadsRow } from './rows/reloads.ts';
import { commitsRow, savesRow } from './rows/writers.ts';

/**
 * The long runs: `node test/soak/run.ts [name...]`, all of them without a name. `SOAK=0.1` does a tenth of each; `SOAK_SEED` replays the
 * random choices of the run that printed it. Figures inform: run it on a machine that does nothing else.
 *
 * `npm run soak` gives the space for new objects its full size at once. Left to itself V8 doubles it at some time in the run, 25 MB in one step
 * that comes once and holds nothing: growth of what is kept would drown in it.
 */
const rows: Readonly<Record<string, (scale: number, seed: number) => Promise<readonly SoakRow[]>>> = {
  fuzz: fuzzRows,
  saves: savesRow,
  commits: commitsRow,
  cells: cellsRow,
  calls: callsRow,
  scripts: scriptReloadsRow,
  components: componentReloadsRow,
  hostile: hostileRow,
  fuel: fuelRow,
  plugins: hundredRow,
};

const { SOAK = '1', SOAK_SEED } = process.env;
const seed = SOAK_SEED === undefined ? Date.now() % 2 ** 31 : Number(SOAK_SEED);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in rows));
if (unknown.length > 0)
  throw new Error(`No soak is called ${unknown.join(', ')}; there are ${Object.keys(rows).join(', ')}`);

write(`SOAK=${SOAK} SOAK_SEED=${seed}\n\n`);
write('| what | done | rate | first -> last | bar | |\n|---|---|---|---|---|---|\n');
for (const [name, row] of Object.entries(rows)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for (const { what, done, rate = '', drift = '', bar, holds } of await row(Number(SOAK), seed)) {
    write(`| ${what} | ${done} | ${rate} | ${drift} | ${bar} | ${holds ? 'holds' : 'MISSES'} |\n`);
    if (!holds) process.exitCode = 1;
  }
}

function write(text: string): void {
  process.stdout.write(text);
}
