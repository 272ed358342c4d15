import { type ErrorRecord, SignalboxError } from '../../core/errors.ts';
import { decodeValue } from '../protocol/decode-value.ts';
import { parseErrorValue } from '../protocol/error-value.ts';
import { ProtocolError } from '../protocol/messages.ts';
import { decodeReport, type Report, usageBytes } from '../protocol/usage.ts';
import { ValueError } from '../protocol/value-format.ts';
import { fromScriptJson } from './script-json.ts';

/** What a cell said of an instance, read within its limit. @throws ProtocolError */
export function bodyOf(body: Uint8Array, maxBytes: number): unknown {
  return read(decodeValue, body, maxBytes);
}

/** The same with what it took. @throws ProtocolError */
export function reportIn(body: Uint8Array, maxBytes: number): Report {
  return read(decodeReport, body, maxBytes + usageBytes);
}

/** @throws ProtocolError */
export function errorIn(value: unknown): ErrorRecord {
  const error = parseErrorValue(value);
  if (!error) throw new ProtocolError('an error is malformed');
  return error;
}

/** What a script returned, from its JSON text; the guest wrote that. */
export function scriptResult(
  text: string,
  exportName: string,
): { readonly value: unknown } | { readonly error: ErrorRecord } {
  try {
    return { value: fromScriptJson(text) };
  } catch (cause) {
    return { error: unreadableResult(cause, exportName).toRecord() };
  }
}

function read<Read>(decode: (body: Uint8Array) => Read, body: Uint8Array, maxBytes: number): Read {
  if (body.length > maxBytes) throw new ProtocolError(`a message of ${body.length} bytes is over the limit`);
  try {
    return decode(body);
  } catch (error) {
    throw error instanceof ValueError ? new ProtocolError(error.message) : error;
  }
}

function unreadableResult(cause: unknown, exportName: string): SignalboxError {
  const details = { entered: true };
  if (cause instanceof SignalboxError)
    return new SignalboxError(cause.code, cause.message, {
      ...(cause.hint !== undefined && { hint: cause.hint }),
      details: { ...cause.details, ...details },
      cause,
    });
  if (!(cause instanceof SyntaxError || cause instanceof RangeError)) throw cause;
  const message = `"${exportName}" returned JSON that cannot be read`;
  return new SignalboxError('GUEST_TRAPPED', message, { cause, details });
}
