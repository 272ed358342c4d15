import { createTestRuntime } from '../../../src/testing.ts';
import { type BenchRow, ms, spreadOf } from '../row.ts';

const deadlineMs = 200;

/** A script that spins: how long after its deadline the caller has its answer. */
export async function runawayRow(): Promise<BenchRow> {
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
