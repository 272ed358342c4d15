import { SignalboxError } from '../../../core/errors.ts';

/** The error case of a WIT `result`; jco takes what has a `payload` of its own for one. */
export class WitError extends Error {
  override readonly name = 'WitError';
  readonly payload: unknown;

  constructor(payload: unknown) {
    super('A function of WASI refused');
    this.payload = payload;
  }
}

/** The guest holds or asks for more than it may, and its WIT has no word for that. */
export function limitReached(name: string, reached: number, allowed: number): SignalboxError {
  return new SignalboxError('LIMIT_REACHED', `The guest reached its limit of ${allowed} ${name}`, {
    details: { limit: { name, reached, allowed } },
  });
}
