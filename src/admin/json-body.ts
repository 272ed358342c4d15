import { SignalboxError } from '../core/errors.ts';

/** Arrays and objects inside one another: what reads values calls itself once a level. */
const maxNesting = 64;

const quote = 0x22;
const backslash = 0x5c;

/** Refuses JSON text nested deeper than anything a route takes, before it is parsed. @throws `API_REQUEST_INVALID` */
export function checkNesting(text: Uint8Array): void {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (isInString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) {
      isInString = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > maxNesting) {
        throw new SignalboxError('API_REQUEST_INVALID', `The body is nested more than ${maxNesting} deep`);
      }
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    }
  }
}
