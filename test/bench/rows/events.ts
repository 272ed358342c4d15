import { createTestRuntime } from '../../../src/testing.ts';
import { rawScriptHost } from '../raw-script-host.ts';
import { type BenchRow, perSecond } from '../row.ts';

const calls = 50_000;
const callers = 1_000;

/** A mailbox that never runs dry, as under a flood of events, beside a loop that awaits the same component in this process. */
export async function eventsRow(): Promise<BenchRow> {
  const { script } = await (await rawScriptHost()).instantiate();
  await script.load('add.js', '({ add: (a, b) => a + b })');
  const rawLoop = async (count: number): Promise<number> => {
    const start = performance.now();
    for (let call = 0; call < count; call++) await script.call('add', '[1,2]');
    return performance.now() - start;
  };

  await using box = await createTestRuntime({
    plugins: { 'bench.add': { source: 'export function add(a, b) { return a + b; }' } },
  });
  const ourLoop = async (count: number): Promise<number> => {
    const start = performance.now();
    let left = count;
    const caller = async (): Promise<void> => {
      while (left-- > 0) await box.plugins.call('bench.add', 'add', [1, 2]);
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return performance.now() - start;
  };
  // Long enough for V8 to have the guest's code optimised on both sides.
  await rawLoop(calls);
  await ourLoop(calls);
  const [raw, ours] = [await rawLoop(calls), await ourLoop(calls)];
  return {
    what: 'events into a script in a shared cell, batched',
    ours: perSecond(calls, ours),
    raw: perSecond(calls, raw),
    ratio: raw / ours,
    bar: '>= 0.8 of a raw jco loop',
    holds: raw / ours >= 0.8,
  };
}
