import { runHundred } from '../hundred.ts';
import { megabytes, perSecond, type SoakRow } from '../row.ts';

const hourMs = 60 * 60 * 1_000;
const maxGrowthBytes = 100 * 1024 * 1024;

/** Issue 3: 100 plugins for an hour. */
export async function hundredRow(scale: number, seed: number): Promise<readonly SoakRow[]> {
  const startedAt = performance.now();
  const lastsMs = hourMs * scale;
  const run = await runHundred({
    plugins: 100,
    seed,
    progress: () => (performance.now() - startedAt) / lastsMs,
  });
  const [first, last] = run.memory;
  const done = Object.entries(run.operations).map(([kind, count]) => `${count} x ${kind}`);
  const problems = [
    ...run.wrong,
    ...run.notReady,
    ...run.leaked.map(([name, more]) => `leaked ${more} ${name}`),
  ];
  const operations = Object.values(run.operations).reduce((sum, count) => sum + count, 0);
  return [
    {
      what: `${run.plugins} plugins for ${Math.round(lastsMs / 60_000)} minutes`,
      done: `${done.join(', ')}; ${run.lostWithCell} calls lost with their cell; ${problems.length} problems${problems.length > 0 ? `: ${problems[0]}` : ''}`,
      rate: perSecond(operations, performance.now() - startedAt),
      drift: `${megabytes(first)} -> ${megabytes(last)}`,
      bar: 'no problem, growth 1 MB a plugin',
      holds: problems.length === 0 && last - first <= maxGrowthBytes,
    },
  ];
}
