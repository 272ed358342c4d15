import { createTestRuntime } from '../../../src/testing.ts';
import { type BenchRow, ms, timed } from '../row.ts';

const deadlineMs = 200;

/** A script that spins: how long after its deadline the caller has its answer. */
export async function runawayRow(): Promise<BenchRow> {
  await using box = await createTestRuntime({
    plugins: { 'bench.spin': { source: 'export function spin() { for (;;) {} }' } },
  });
  const { median, p99 } = await timed(
    10,
    async () => {
      await box.plugins.call('bench.spin', 'spin', [], { deadlineMs }).catch((error: unknown) => error);
      await box.plugins.retry('bench.spin');
    },
    1,
  );
  return {
    what: `a runaway is gone and loaded again, past a deadline of ${deadlineMs} ms (p99 ${ms(p99 - deadlineMs)})`,
    ours: ms(median - deadlineMs),
    bar: '<= 50 ms',
    holds: median - deadlineMs <= 50,
  };
}
