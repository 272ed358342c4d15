import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { descendantsRunning } from '../support/processes.ts';

export interface Drift {
  /** Medians of the first and the last tenth of all calls, milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Processor time of host and cells per call, milliseconds; of the first and the last tenth of the looks. Others on the machine add little to it. */
  readonly cpuMs: Ends;
  /** Resident memory of the host, its garbage collected, and of its cells; medians of the first and last tenth of the looks, bytes. */
  readonly host: Ends;
  readonly cells: Ends;
  /** Of the host's memory, what is alive: its heap and what hangs on it. The rest is what V8 and malloc keep to use again. */
  readonly live: Ends;
}

type Ends = readonly [first: number, last: number];

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
  // One block from the start, and written to, for memory counts when it is first touched: it is not what grows.
  const samples = new Float64Array(times).fill(0);
  const host: number[] = [];
  const cells: number[] = [];
  const live: number[] = [];
  const cpuMs: number[] = [];
  const every = Math.max(1, Math.floor(times / looks));
  let spentMs = await processorTime();
  for (let run = 0; run < times; run++) {
    if (run > 0 && run % every === 0) {
      cpuMs.push(((await processorTime()) - spentMs) / every);
      collectGarbage();
      const { rss, heapUsed, external } = process.memoryUsage();
      host.push(rss);
      live.push(heapUsed + external);
      cells.push(await memoryOfCells());
      spentMs = await processorTime();
    }
    const start = performance.now();
    await work(run);
    samples[run] = performance.now() - start;
  }
  const [firstMs, lastMs] = medians(samples);
  return {
    firstMs,
    lastMs,
    cpuMs: medians(cpuMs),
    host: medians(host),
    cells: medians(cells),
    live: medians(live),
  };
}

export function latencyDrift({ firstMs, lastMs }: Drift): number {
  return lastMs / firstMs - 1;
}

export function growth({ host, cells }: Drift): number {
  return host[1] - host[0] + (cells[1] - cells[0]);
}

function medians(values: ArrayLike<number>): Ends {
  const tenth = Math.max(1, Math.floor(values.length / 10));
  const all = Array.from(values);
  return [median(all.slice(0, tenth)), median(all.slice(-tenth))];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Of this process and its cells, all threads, milliseconds; Linux only. */
async function processorTime(): Promise<number> {
  const { user, system } = process.cpuUsage();
  const cells = await descendantsRunning('sandbox/cell');
  const spent = await Promise.all(cells.map(processorTimeOf));
  return (user + system) / 1_000 + spent.reduce((sum, ms) => sum + ms, 0);
}

/** What `/proc/<pid>/stat` counts in. */
const tickMs = 10;

async function processorTimeOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name before it may hold spaces.
  const [utime = 0, stime = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return (utime + stime) * tickMs;
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
