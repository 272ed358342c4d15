/** One line of the printed table: ours beside the raw layer on the same work, in the same run. */
export interface BenchRow {
  readonly what: string;
  readonly ours: string;
  /** The layer below, doing the same work. */
  readonly raw?: string;
  readonly ratio?: number;
  /** Absent from the lines that make up a figure with a bar. */
  readonly bar?: string;
  readonly holds?: boolean;
}

export interface Spread {
  readonly median: number;
  readonly p99: number;
}

/** Runs `work` `times` times, after `warmup` uncounted ones; milliseconds each. */
export async function timed(
  times: number,
  work: (run: number) => Promise<unknown>,
  warmup = 3,
): Promise<Spread> {
  for (let run = 0; run < warmup; run++) await work(-1 - run);
  const samples: number[] = [];
  for (let run = 0; run < times; run++) {
    const start = performance.now();
    await work(run);
    samples.push(performance.now() - start);
  }
  return spreadOf(samples);
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99) };
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

export function us(valueMs: number): string {
  return `${(valueMs * 1000).toFixed(1)} us`;
}

export function perSecond(count: number, elapsedMs: number): string {
  return `${Math.round((count / elapsedMs) * 1000).toLocaleString('en')}/s`;
}

/** Resident memory of a process without what it shares with others, bytes; Linux only. */
export async function proportionalBytes(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? Number.NaN) * 1024;
}
