/** An error of `signalbox:plugin/http` in the words of `wasi:http`. */
export function httpErrorOf(payload: unknown): { readonly tag: string; readonly val?: unknown } {
  if (typeof payload !== 'object' || payload === null || !('tag' in payload))
    return { tag: 'HTTP-protocol-error' };
  const val = 'val' in payload ? payload.val : undefined;
  switch (payload.tag) {
    case 'denied':
      return { tag: 'HTTP-request-denied' };
    case 'invalid-request':
      return { tag: 'internal-error', val: String(val) };
    case 'rate-limited':
      return { tag: 'internal-error', val: 'Too many requests this second' };
    case 'too-many-connections':
      return { tag: 'connection-limit-reached' };
    case 'timeout':
      return { tag: 'HTTP-response-timeout' };
    case 'response-too-large':
      return { tag: 'HTTP-response-body-size', val: typeof val === 'bigint' ? val : undefined };
    case 'too-many-redirects':
      return { tag: 'loop-detected' };
    case 'io':
      return { tag: 'internal-error', val: String(val) };
    default:
      return { tag: 'HTTP-protocol-error' };
  }
}
