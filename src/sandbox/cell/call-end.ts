import type { ErrorCode } from '../../core/error-catalogue.ts';
import type { ErrorRecord, SignalboxErrorOptions } from '../../core/errors.ts';
import { SignalboxError } from '../../core/errors.ts';

/** How a call ended, in the cell. After `failed` the instance must not be entered again. */
export type CallEnd =
  | { readonly end: 'returned'; readonly value: unknown }
  | { readonly end: 'refused'; readonly error: unknown }
  | { readonly end: 'rejected'; readonly error: ErrorRecord }
  | { readonly end: 'failed'; readonly error: ErrorRecord };

/** Code that can be called: a component's exports, or a script in the script host. */
export interface GuestCode {
  readonly exports: readonly string[];
  call(exportName: string, args: readonly unknown[]): Promise<CallEnd>;
}

export function rejected(code: ErrorCode, message: string, options: SignalboxErrorOptions = {}): CallEnd {
  return { end: 'rejected', error: new SignalboxError(code, message, options).toRecord() };
}

export function failed(code: ErrorCode, message: string, options: SignalboxErrorOptions = {}): CallEnd {
  return { end: 'failed', error: new SignalboxError(code, message, options).toRecord() };
}

/** The first frames of a stack, without those of the glue: wasm functions by index, as tools number them. */
export function framesOf(error: Error): readonly string[] {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.includes('wasm://'));
  return frames.slice(0, 8).map((line) => line.trim());
}
