import type { HostReply } from '../ports/host-imports.ts';

/** The answer of a host function that did what was asked. */
export function returned(value?: unknown): HostReply {
  return { outcome: 'returned', value };
}

/** The error case of the function's WIT `result`. */
export function refused(error: unknown): HostReply {
  return { outcome: 'refused', error };
}
