import { setTimeout as pause } from 'node:timers/promises';
import { createTestRuntime, type TestRuntime } from '../../../src/testing.ts';
import { type BenchRow, ms, type Spread, spreadOf } from '../row.ts';

const runaways = 4;
const calls = 300;
const betweenCallsMs = 5;
const boundMs = 10;

/** What a neighbour waits for its answers, alone and with four guests that spin in the same cells. */
export async function neighbourRow(): Promise<BenchRow> {
  const spinning = Array.from({ length: runaways }, (_, index) => `bench.spin${index}`);
  await using box = await createTestRuntime({
    cells: 2,
    plugins: {
      'bench.good': { source: 'export function double(n) { return n * 2; }' },
      ...Object.fromEntries(
        spinning.map((id) => [id, { source: 'export function spin() { for (;;) {} }' }] as const),
      ),
    },
  });
  const alone = await waits(box);
  const ended = new AbortController();
  const runs = spinning.map(async (id) => {
    while (!ended.signal.aborted) {
      await box.plugins.call(id, 'spin', [], { signal: ended.signal }).catch(() => pause(betweenCallsMs));
      if (!ended.signal.aborted) await box.plugins.retry(id);
    }
  });
  const beside = await waits(box);
  ended.abort();
  await Promise.all(runs);
  return {
    what: `p99 of a neighbour's calls beside ${runaways} runaways, two shared cells (median ${ms(beside.median)})`,
    ours: ms(beside.p99),
    raw: `${ms(alone.p99)} alone`,
    ratio: beside.p99 / alone.p99,
    bar: `<= ${boundMs} ms`,
    holds: beside.p99 <= boundMs,
  };
}

async function waits({ plugins }: TestRuntime): Promise<Spread> {
  const samples: number[] = [];
  for (let n = 0; n < calls; n++) {
    const startedAt = performance.now();
    await plugins.call('bench.good', 'double', [n]);
    samples.push(performance.now() - startedAt);
    await pause(betweenCallsMs);
  }
  return spreadOf(samples);
}
