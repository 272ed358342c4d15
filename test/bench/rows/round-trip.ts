import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Isolation } from '../../../src/config/document.ts';
import { createTestRuntime } from '../../../src/testing.ts';
import { rawScriptHost } from '../raw-script-host.ts';
import { type BenchRow, type Spread, timed, us } from '../row.ts';

const calls = 5_000;
const warmup = 2_000;
const message = { export: 'add', args: [1, 2] };

/** One call at a time, awaited, beside a bare message there and back plus the raw call: in a child process and in a thread. */
export async function roundTripRow(): Promise<readonly BenchRow[]> {
  const { script } = await (await rawScriptHost()).instantiate();
  await script.load('add.js', '({ add: (a, b) => a + b })');
  const raw = await timed(calls, () => script.call('add', '[1,2]'), warmup);
  return [
    await rowOf('shared', 'fork IPC', await bareIpc(), raw),
    await rowOf('thread', 'postMessage', await barePostMessage(), raw),
  ];
}

async function rowOf(isolation: Isolation, layer: string, bare: Spread, raw: Spread): Promise<BenchRow> {
  await using box = await createTestRuntime({
    plugins: { 'bench.add': { source: 'export function add(a, b) { return a + b; }', isolation } },
  });
  const ours = await timed(calls, () => box.plugins.call('bench.add', 'add', [1, 2]), warmup);
  const below = bare.median + raw.median;
  return {
    what: `plugins.call round trip, isolation "${isolation}"`,
    ours: us(ours.median),
    raw: `${us(bare.median)} ${layer} + ${us(raw.median)} call`,
    ratio: ours.median / below,
    bar: '<= 1.5x of both',
    holds: ours.median <= 1.5 * below,
  };
}

async function bareIpc(): Promise<Spread> {
  const child = fork(new URL('../echo-child.ts', import.meta.url), { serialization: 'advanced' });
  const roundTrip = async (): Promise<void> => {
    child.send(message);
    await once(child, 'message');
  };
  const spread = await timed(calls, roundTrip, warmup);
  child.kill();
  return spread;
}

async function barePostMessage(): Promise<Spread> {
  const worker = new Worker(new URL('../echo-worker.ts', import.meta.url));
  const roundTrip = async (): Promise<void> => {
    worker.postMessage(message);
    await once(worker, 'message');
  };
  const spread = await timed(calls, roundTrip, warmup);
  await worker.terminate();
  return spread;
}
