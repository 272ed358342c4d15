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

export function driftText({ firstMs, lastMs, host, cells }: Drift): string {
  const memory = (what: string, [first, last]: Drift['host']) =>
    `${what} ${megabytes(first)} -> ${megabytes(last)}`;
  return `${firstMs.toFixed(3)} -> ${lastMs.toFixed(3)} ms; ${memory('host', host)}; ${memory('cells', cells)}`;
}
