import { createTestRuntime } from '../../../src/testing.ts';
import { rawScriptHost } from '../raw-script-host.ts';
import { type BenchRow, ms, timed } from '../row.ts';

const source = 'export function add(a, b) { return a + b; }';

/** A prepared script from `enable` to Ready, in a warm cell, beside bare jco instantiating and evaluating the same. */
export async function loadRow(): Promise<BenchRow> {
  const raw = await rawScriptHost();
  const bare = await timed(40, async () =>
    (await raw.instantiate()).script.load('add.js', `({ add: (a, b) => a + b })`),
  );

  await using box = await createTestRuntime({ plugins: { 'bench.add': { source } } });
  const ours = await timed(40, () => box.plugins.reload('bench.add'));
  return {
    what: 'load a prepared script, verify to Ready',
    ours: ms(ours.median),
    raw: ms(bare.median),
    ratio: ours.median / bare.median,
    bar: '<= 5 ms median',
    holds: ours.median <= 5,
  };
}
