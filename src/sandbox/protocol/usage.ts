import type { Usage } from '../../ports/sandbox.ts';
import { decodeValue } from './decode-value.ts';
import { encodeValue } from './encode-value.ts';
import { callBudget, ValueError } from './value-format.ts';

/** A report carries what a call used beside what it gave; the size of a message is counted without. */
export const usageBytes = 64;
const reportBudget = { maxElements: callBudget.maxElements + 4, maxDepth: callBudget.maxDepth + 1 };

export interface Report {
  readonly value: unknown;
  readonly usage: Usage;
}

/** The bytes are good until the next value is encoded. @throws ValueError */
export function encodeReport(value: unknown, { fuel, cpuMs, memoryBytes }: Usage): Uint8Array {
  return encodeValue([value, fuel, cpuMs, memoryBytes], reportBudget);
}

/** What a cell says a call used is for accounting only: who breaks out of wasm can say anything. @throws ValueError */
export function decodeReport(body: Uint8Array): Report {
  const report = decodeValue(body, reportBudget);
  if (!Array.isArray(report) || report.length !== 4) throw new ValueError('a report has four parts');
  const [value, fuel, cpuMs, memoryBytes]: readonly unknown[] = report;
  if (!isAmount(fuel) || !isAmount(cpuMs) || !isAmount(memoryBytes))
    throw new ValueError('an amount is none');
  return { value, usage: { fuel, cpuMs, memoryBytes } };
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
