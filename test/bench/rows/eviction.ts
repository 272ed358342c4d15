import { createTestRuntime } from '../../../src/testing.ts';
import { childrenRunning } from '../../support/processes.ts';
import { type BenchRow, ms, spreadOf } from '../row.ts';

const innocents = 50;
const rounds = 10;

/** From SIGKILL of a shared cell to the last answer of the plugins that lived in it. */
export async function evictionRow(): Promise<BenchRow> {
  const ids = Array.from({ length: innocents }, (_, index) => `bench.good${index}`);
  await using box = await createTestRuntime({
    cells: 1,
    plugins: Object.fromEntries(ids.map((id) => [id, { source: 'export function one() { return 1; }' }])),
  });
  const serving = () => Promise.all(ids.map((id) => box.plugins.call(id, 'one')));
  await serving();
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cells = await childrenRunning('sandbox/cell');
    const startedAt = performance.now();
    const gone = box.next(box.relays.pluginStatus, ({ changed }) => changed?.state === 'Error', 30_000);
    for (const { pid } of cells) process.kill(pid, 'SIGKILL');
    await gone;
    await serving();
    samples.push(performance.now() - startedAt);
  }
  const { median, p99 } = spreadOf(samples);
  return {
    what: `from SIGKILL of a cell until its ${innocents} plugins have answered again (p99 ${ms(p99)})`,
    ours: ms(median),
    bar: '<= 1 s',
    holds: median <= 1_000,
  };
}
