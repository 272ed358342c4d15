/** Of the same length, so that the length a header announces stays true. */
const maskByte = '*'.charCodeAt(0);

/** Text without the given secrets. */
export function maskedText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '*'.repeat(secret.length)), text);
}

/**
 * Blanks secrets out of a stream of bytes, also one that is spread over chunks. Best effort: it finds a server that sends back
 * what it got, not one that encodes it first.
 */
export interface SecretMask {
  /** The clean bytes so far. What may be the start of a secret is held back. */
  next(chunk: Uint8Array): Uint8Array;
  /** What was held back, at the end of the stream. */
  rest(): Uint8Array;
}

export function createSecretMask(secrets: readonly string[]): SecretMask {
  const needles = secrets.map((secret) => Buffer.from(secret, 'latin1'));
  let held: Buffer = Buffer.alloc(0);
  return {
    next(chunk) {
      const bytes = Buffer.concat([held, chunk]);
      for (const needle of needles) {
        for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length))
          bytes.fill(maskByte, at, at + needle.length);
      }
      const heldBytes = Math.max(0, ...needles.map((needle) => startedAtEnd(bytes, needle)));
      held = bytes.subarray(bytes.length - heldBytes);
      return bytes.subarray(0, bytes.length - heldBytes);
    },
    rest() {
      const last = held;
      held = Buffer.alloc(0);
      return last;
    },
  };
}

/** How many bytes at the end are the first ones of the needle. */
function startedAtEnd(bytes: Buffer, needle: Buffer): number {
  for (let length = Math.min(bytes.length, needle.length - 1); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(needle.subarray(0, length))) return length;
  }
  return 0;
}
