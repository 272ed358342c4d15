import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createTestRuntime } from '../../../src/testing.ts';
import { rawScriptHost } from '../raw-script-host.ts';
import { type BenchRow, timed, us } from '../row.ts';

const calls = 5_000;

/** One call at a time, awaited, beside a bare IPC round trip plus the raw call. */
export async function roundTripRow(): Promise<BenchRow> {
  const child = fork(new URL('../echo-child.ts', import.meta.url), { serialization: 'advanced' });
  const message = { export: 'add', args: [1, 2] };
  const ipc = await timed(
    calls,
    async () => {
      child.send(message);
      await once(child, 'message');
    },
    500,
  );
  child.kill();

  const { script } = await (await rawScriptHost()).instantiate();
  await script.load('add.js', '({ add: (a, b) => a + b })');
  const raw = await timed(calls, () => script.call('add', '[1,2]'), 500);

  await using box = await createTestRuntime({
    plugins: { 'bench.add': { source: 'export function add(a, b) { return a + b; }' } },
  });
  const ours = await timed(calls, () => box.plugins.call('bench.add', 'add', [1, 2]), 500);
  const below = ipc.median + raw.median;
  return {
    what: 'plugins.call round trip',
    ours: us(ours.median),
    raw: `${us(ipc.median)} IPC + ${us(raw.median)} call`,
    ratio: ours.median / below,
    bar: '<= 1.5x of both',
    holds: ours.median <= 1.5 * below,
  };
}
