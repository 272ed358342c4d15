import type { Static } from 'typebox';
import { type Blame, type ErrorCode, errorCatalogue } from '../core/error-catalogue.ts';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../core/errors.ts';
import type { problemSchema } from '../wire/error-record.ts';

export const problemMediaType = 'application/problem+json';

export type Problem = Static<typeof problemSchema>;

/** What is not named here goes by who can mend it. */
const statusOfBlame: Readonly<Record<Blame, number>> = { user: 422, plugin: 502, host: 500 };
const statusOfCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  API_REQUEST_INVALID: 400,
  API_TOKEN_MISSING: 401,
  API_SCOPE_MISSING: 403,
  API_HOST_REFUSED: 403,
  API_ROUTE_UNKNOWN: 404,
  API_METHOD_REFUSED: 405,
  API_KEY_BUSY: 409,
  API_REQUEST_TOO_LARGE: 413,
  API_KEY_REUSED: 422,
  API_RATE_LIMITED: 429,
  PLUGIN_UNKNOWN: 404,
  PLUGIN_EXISTS: 409,
  PLUGIN_NOT_READY: 409,
  CONFIG_SYNTAX: 409,
  CONFIG_INVALID: 409,
  CONFIG_TOO_NEW: 409,
  CONFIG_CONFLICT: 409,
  CONFIG_EDIT_REFUSED: 422,
  CONFIG_UNREADABLE: 503,
  ARTIFACT_INVALID: 422,
  ARTIFACT_NAME_REFUSED: 422,
  ARTIFACT_TOO_LARGE: 422,
  MANIFEST_INVALID: 422,
  SCRIPT_INVALID: 422,
  CALL_INVALID: 422,
  PLUGIN_REFUSED: 422,
  MESSAGE_TOO_LARGE: 413,
  MAILBOX_FULL: 503,
  CALL_ABORTED: 503,
  CALL_DEADLINE: 504,
  STORE_FAILED: 503,
  RUNTIME_CLOSED: 503,
};

/** The HTTP status an error is answered with. */
export function statusOf(code: ErrorCode): number {
  return statusOfCode[code] ?? statusOfBlame[errorCatalogue[code].blame];
}

/** An error record as RFC 9457 wants it. */
export function problemOf(record: ErrorRecord, status = statusOf(record.code)): Problem {
  const { code, blame, message, hint, location, details } = record;
  return {
    type: `urn:signalbox:error:${code}`,
    title: errorCatalogue[code].summary,
    status,
    detail: message,
    code,
    blame,
    ...(hint !== undefined && { hint }),
    ...(location && { location: { ...location } }),
    ...(details && { details }),
  };
}

/**
 * The problem of anything thrown while a request was served. What nobody foresaw is not described to the client: its
 * message may hold what is not theirs.
 */
export function problemOfThrown(thrown: unknown): Problem {
  if (thrown instanceof SignalboxError) return problemOf(thrown.toRecord());
  const refusal = refusalOfServer(thrown);
  if (refusal) return refusal;
  return problemOf(toErrorRecord(new SignalboxError('INTERNAL', 'Something broke while this was served')));
}

/** What the HTTP server itself refused, a body it cannot read for one. */
function refusalOfServer(thrown: unknown): Problem | undefined {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return undefined;
  const { statusCode, message } = thrown;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  const code = statusCode === 413 ? 'API_REQUEST_TOO_LARGE' : 'API_REQUEST_INVALID';
  return problemOf(new SignalboxError(code, message).toRecord(), statusCode);
}
