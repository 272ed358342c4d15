import { setTimeout as pause } from 'node:timers/promises';
import { createTestRuntime, type TestRuntime } from '../../../src/testing.ts';
import { type BenchRow, ms, spreadOf } from '../row.ts';

const good = 'bench.good';
const spinning = Array.from({ length: 4 }, (_, index) => `bench.spin${index}`);
const calls = 1_500;
const settlingCalls = 25;
const betweenCallsMs = 5;
const boundRatio = 2;
const boundMs = 10;

/** What a neighbour waits for its answers: alone, beside four guests that spin in the same two cells, and while such guests are loaded again and again. */
export async function neighbourRow(): Promise<readonly BenchRow[]> {
  await using box = await createTestRuntime({
    cells: 2,
    plugins: {
      [good]: { source: 'export function double(n) { return n * 2; }' },
      ...Object.fromEntries(
        spinning.map((id) => [id, { source: 'export function spin() { for (;;) {} }' }] as const),
      ),
    },
  });
  const forever = new AbortController();
  await waits(box, calls, forever.signal);
  const alone = spreadOf(await waits(box, calls, forever.signal));
  const beside = spreadOf(await besideSpins(box));
  const reloaded = spreadOf(await besideReloads(box));
  const raw = `${ms(alone.p99)} alone (median ${ms(alone.median)})`;
  return [
    {
      what: `p99 of a neighbour's calls beside 4 that spin, two shared cells (median ${ms(beside.median)})`,
      ours: ms(beside.p99),
      raw,
      ratio: beside.p99 / alone.p99,
      bar: `<= ${boundRatio} x`,
      holds: beside.p99 <= boundRatio * alone.p99,
    },
    {
      what: `the same, each loaded again as soon as it is stopped (median ${ms(reloaded.median)})`,
      ours: ms(reloaded.p99),
      raw,
      ratio: reloaded.p99 / alone.p99,
      bar: `<= ${boundMs} ms`,
      holds: reloaded.p99 <= boundMs,
    },
  ];
}

/** Counts while all of them spin, and not while they begin or are loaded again. */
async function besideSpins(box: TestRuntime): Promise<readonly number[]> {
  const samples: number[] = [];
  while (samples.length < calls) {
    const oneEnded = new AbortController();
    const runs = spinning.map((id) =>
      box.plugins.call(id, 'spin').catch(() => {
        oneEnded.abort();
      }),
    );
    await waits(box, settlingCalls, oneEnded.signal);
    samples.push(...(await waits(box, calls - samples.length, oneEnded.signal)));
    await Promise.all(runs);
    for (const id of spinning) await box.plugins.retry(id);
  }
  return samples;
}

async function besideReloads(box: TestRuntime): Promise<readonly number[]> {
  const ended = new AbortController();
  const runs = spinning.map(async (id) => {
    while (!ended.signal.aborted) {
      await box.plugins.call(id, 'spin', [], { signal: ended.signal }).catch(() => pause(betweenCallsMs));
      if (!ended.signal.aborted) await box.plugins.retry(id);
    }
  });
  const samples = await waits(box, calls, ended.signal);
  ended.abort();
  await Promise.all(runs);
  return samples;
}

/** Milliseconds each of up to `most` calls took, those under way when the signal comes left out. */
async function waits({ plugins }: TestRuntime, most: number, until: AbortSignal): Promise<readonly number[]> {
  const samples: number[] = [];
  while (samples.length < most) {
    const startedAt = performance.now();
    await plugins.call(good, 'double', [samples.length]);
    if (until.aborted) break;
    samples.push(performance.now() - startedAt);
    await pause(betweenCallsMs);
  }
  return samples;
}
