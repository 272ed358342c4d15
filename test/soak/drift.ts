import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { descendantsRunning } from '../support/processes.ts';

export interface Drift {
  /** Medians of the first and the last tenth of all calls, milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Resident memory of the host, its garbage collected, and of its cells; medians of the first and last tenth of the looks, bytes. */
  readonly host: readonly [first: number, last: number];
  readonly cells: readonly [first: number, last: number];
}

// What V8 has not got round to collecting is no growth.
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Looks at memory during a run. */
const looks = 100;
/** The share of a run that comes before anything is counted: V8 optimises, caches fill, the heap finds its size. */
const warmup = 0.1;

/** Does `work` `times` times, one after the other, and compares the end of the run with its beginning. */
export async function driftOf(times: number, work: (run: number) => Promise<unknown>): Promise<Drift> {
  for (let run = 0; run < times * warmup; run++) await work(-1 - run);
  // One block from the start: what grows meanwhile is not ours.
  const samples = new Float64Array(times);
  const host: number[] = [];
  const cells: number[] = [];
  const every = Math.max(1, Math.floor(times / looks));
  for (let run = 0; run < times; run++) {
    if (run % every === 0) {
      collectGarbage();
      host.push(process.memoryUsage.rss());
      cells.push(await memoryOfCells());
    }
    const start = performance.now();
    await work(run);
    samples[run] = performance.now() - start;
  }
  const [firstMs, lastMs] = medians(samples);
  return { firstMs, lastMs, host: medians(host), cells: medians(cells) };
}

export function latencyDrift({ firstMs, lastMs }: Drift): number {
  return lastMs / firstMs - 1;
}

export function growth({ host, cells }: Drift): number {
  return host[1] - host[0] + (cells[1] - cells[0]);
}

function medians(values: ArrayLike<number>): readonly [first: number, last: number] {
  const tenth = Math.max(1, Math.floor(values.length / 10));
  const all = Array.from(values);
  return [median(all.slice(0, tenth)), median(all.slice(-tenth))];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Resident memory of all cells together, bytes; Linux only. */
export async function memoryOfCells(): Promise<number> {
  const cells = await descendantsRunning('sandbox/cell');
  const sizes = await Promise.all(
    cells.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
