import type { Drift } from './drift.ts';

/** One line of the printed table. */
export interface SoakRow {
  readonly what: string;
  /** What was done, how often, and what went wrong. */
  readonly done: string;
  readonly rate?: string;
  /** How the end of the run compares with its beginning. */
  readonly drift?: string;
  readonly bar: string;
  readonly holds: boolean;
}

export function perSecond(count: number, elapsedMs: number): string {
  return `${Math.round((count / elapsedMs) * 1000).toLocaleString('en')}/s`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function driftText({ firstMs, lastMs, cpuMs, host, cells, live }: Drift): string {
  const memory = (what: string, [first, last]: Drift['host']) =>
    `${what} ${megabytes(first)} -> ${megabytes(last)}`;
  const times = `${firstMs.toFixed(3)} -> ${lastMs.toFixed(3)} ms; cpu ${cpuMs.map((ms) => ms.toFixed(3)).join(' -> ')} ms`;
  return `${times}; ${memory('host', host)}; ${memory('cells', cells)}; ${memory('live', live)}`;
}
