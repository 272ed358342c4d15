import { type ErrorCode, errorCatalogue } from '../../core/error-catalogue.ts';
import { type ErrorRecord, SignalboxError } from '../../core/errors.ts';

/** An error as it crosses from a child: code, message, and what else is text. */
export function errorValue({ code, message, hint, details }: ErrorRecord): unknown {
  return { code, message, hint, details };
}

/** What a child says went wrong. It chooses among our codes; text it sends is only ever shown. */
export function parseErrorValue(value: unknown): ErrorRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { code, message, hint, details } = value as Record<string, unknown>;
  if (typeof code !== 'string' || typeof message !== 'string' || !isErrorCode(code)) return undefined;
  return new SignalboxError(code, message, {
    ...(typeof hint === 'string' && { hint }),
    ...(typeof details === 'object' && details !== null && { details: { ...details } }),
  }).toRecord();
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}
