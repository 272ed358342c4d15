import type { BenchRow } from './row.ts';
import { eventsRow } from './rows/events.ts';
import { evictionRow } from './rows/eviction.ts';
import { identicalReplayRow } from './rows/identical-replay.ts';
import { loadRow } from './rows/load.ts';
import { meteringRow } from './rows/metering.ts';
import { neighbourRow } from './rows/neighbour.ts';
import { peersRow } from './rows/peers.ts';
import { roundTripRow } from './rows/round-trip.ts';
import { runawayRow } from './rows/runaway.ts';
import { saveToReadyRow } from './rows/save-to-ready.ts';
import { thousandIdleRow } from './rows/thousand-idle.ts';

/** Every row beside the layer below it, in one process and one run. Figures inform; no test depends on them. */
const rows = [
  loadRow,
  saveToReadyRow,
  identicalReplayRow,
  eventsRow,
  roundTripRow,
  thousandIdleRow,
  meteringRow,
  runawayRow,
  neighbourRow,
  evictionRow,
  peersRow,
];

const asked = process.argv.slice(2);
process.stdout.write('| what | ours | raw | ratio | bar | |\n|---|---|---|---|---|---|\n');
for (const row of rows) {
  if (asked.length > 0 && !asked.includes(row.name.replace(/Row$/, ''))) continue;
  for (const line of [await row()].flat()) process.stdout.write(`${asTableLine(line)}\n`);
}

function asTableLine({ what, ours, raw = '', ratio, bar = '', holds }: BenchRow): string {
  return `| ${what} | ${ours} | ${raw} | ${ratio?.toFixed(2) ?? ''} | ${bar} | ${holds === undefined ? '' : holds ? 'holds' : 'MISSES'} |`;
}
