/** The `error` variant of `signalbox:plugin/http`, in the shape jco lowers. */
export type HttpError =
  | { readonly tag: 'denied'; readonly val: { readonly permission: string; readonly rule: string } }
  | { readonly tag: 'invalid-request'; readonly val: string }
  | { readonly tag: 'rate-limited' }
  | { readonly tag: 'too-many-connections' }
  | { readonly tag: 'timeout' }
  | { readonly tag: 'response-too-large'; readonly val: bigint }
  | { readonly tag: 'too-many-redirects' }
  | { readonly tag: 'io'; readonly val: string };

/** Ends a request from wherever it is; also the reason of its abort signal. It never leaves this folder. */
export class RequestFailure extends Error {
  readonly error: HttpError;

  constructor(error: HttpError, cause?: unknown) {
    super(error.tag, { cause });
    this.error = error;
  }
}

/** What a library threw, as the guest may hear it: by its code, since a message may name addresses or quote what was sent. */
export function brokenOff(what: string, cause: unknown): RequestFailure {
  if (cause instanceof RequestFailure) return cause;
  const isCoded = cause instanceof Error && 'code' in cause && typeof cause.code === 'string';
  return new RequestFailure({ tag: 'io', val: isCoded ? `${what}: ${cause.code}` : what }, cause);
}
