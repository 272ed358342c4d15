import { availableParallelism } from 'node:os';
import { createTestRuntime, type TestRuntime } from '../../../src/testing.ts';
import { descendantsOf } from '../../support/processes.ts';
import { type BenchRow, ms, proportionalBytes } from '../row.ts';

const count = 1_000;

/** 1,000 scripts loaded and doing nothing: time until all are Ready, and what each adds to the memory of host and cells. */
export async function thousandIdleRow(): Promise<readonly BenchRow[]> {
  const one = await start(1);
  const before = await memoryOfAll();
  await one.close();

  const startedAt = performance.now();
  await using box = await start(count);
  const elapsed = performance.now() - startedAt;
  const ready = box.plugins.list().filter(({ state }) => state === 'Ready').length;
  const each = ((await memoryOfAll()) - before) / count;
  return [
    {
      what: `${count} plugins from nothing to Ready (${ready} are)`,
      ours: ms(elapsed),
      bar: '<= 10 s on 2 cores',
      holds: elapsed <= 10_000 && ready === count,
    },
    {
      what: `memory of each of ${count} idle plugins, host and cells`,
      ours: `${(each / 1024 / 1024).toFixed(2)} MB`,
      bar: '<= 1 MB',
      holds: each <= 1024 * 1024,
    },
  ];
}

function start(plugins: number): Promise<TestRuntime> {
  const source = (index: number) => `export function answer() { return ${index}; }`;
  const entries = Array.from({ length: plugins }, (_, index) => [
    `bench.p${index}`,
    { source: source(index) },
  ]);
  return createTestRuntime({ cells: availableParallelism(), plugins: Object.fromEntries(entries) });
}

async function memoryOfAll(): Promise<number> {
  const pids = [process.pid, ...(await descendantsOf(process.pid))];
  const bytes = await Promise.all(pids.map((pid) => proportionalBytes(pid).catch(() => 0)));
  return bytes.reduce((sum, each) => sum + each, 0);
}
