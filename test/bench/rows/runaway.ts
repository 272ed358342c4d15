import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuntime } from '../../../src/runtime.ts';
import { createTestRuntime } from '../../../src/testing.ts';
import { type BenchRow, ms, spreadOf } from '../row.ts';

const deadlineMs = 200;

const fuelPerCall = 20_000_000;

/** A script that spins: how long after its deadline the caller has its answer, and after how long when its fuel ends first. */
export async function runawayRow(): Promise<readonly BenchRow[]> {
  return [await pastDeadline(), await outOfFuel()];
}

async function pastDeadline(): Promise<BenchRow> {
  await using box = await createTestRuntime({
    plugins: { 'bench.spin': { source: 'export function spin() { for (;;) {} }' } },
  });
  const answered: number[] = [];
  for (let run = 0; run < 10; run++) {
    const start = performance.now();
    await box.plugins.call('bench.spin', 'spin', [], { deadlineMs }).catch((error: unknown) => error);
    answered.push(performance.now() - start - deadlineMs);
    await box.plugins.retry('bench.spin');
  }
  const { median, p99 } = spreadOf(answered);
  return {
    what: `a runaway is stopped, past its deadline of ${deadlineMs} ms (p99 ${ms(p99)})`,
    ours: ms(median),
    bar: '<= 50 ms',
    holds: median <= 50,
  };
}

async function outOfFuel(): Promise<BenchRow> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  await writeFile(join(folder, 'spin.js'), 'export function spin() { for (;;) {} }');
  await writeFile(join(folder, 'app.toml'), config);
  try {
    await using runtime = await createRuntime({ config: join(folder, 'app.toml') });
    await runtime.settled();
    const answered: number[] = [];
    for (let run = 0; run < 10; run++) {
      const start = performance.now();
      await runtime.plugins.call('bench.spin', 'spin').catch((error: unknown) => error);
      answered.push(performance.now() - start);
      await runtime.plugins.retry('bench.spin');
    }
    const { median, p99 } = spreadOf(answered);
    return {
      what: `a runaway script has used up ${fuelPerCall.toLocaleString('en')} fuel and is stopped (p99 ${ms(p99)})`,
      ours: ms(median),
      bar: 'for comparison',
      holds: true,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const config = `[[plugins.entries]]
id = "bench.spin"
enabled = true
artifact_path = "spin.js"
limits = { fuel_per_call = ${fuelPerCall} }
`;
