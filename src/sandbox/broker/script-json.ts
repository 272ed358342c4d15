/** JSON that keeps bytes and bigints, for scripts; src/sandbox/script-host/shim.js is its other half. */
const bytesTag = '$signalbox.bytes';
const bigintTag = '$signalbox.bigint';

/**
 * Arguments for a script. Scripts see every u64 of WIT as a number, as their engine gives them those of host calls; a
 * bigint that would lose digits stays one.
 */
export function toScriptJson(args: readonly unknown[]): string {
  return JSON.stringify(args, function (this: Record<string, unknown>, key, value: unknown) {
    // `toJSON` of a Buffer has already run on `value`, not on what it was made of.
    const original = this[key];
    if (original instanceof Uint8Array) return { [bytesTag]: Buffer.from(original).toString('base64') };
    if (typeof value !== 'bigint') return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { [bigintTag]: value.toString() };
  });
}

/** What a script returned; the empty text is `undefined`. @throws SyntaxError, RangeError for text that is no such JSON */
export function fromScriptJson(text: string): unknown {
  if (text === '') return undefined;
  return text.includes('"$signalbox.') ? JSON.parse(text, untag) : JSON.parse(text);
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { [bytesTag]: bytes, [bigintTag]: bigint } = value as Record<string, unknown>;
  if (typeof bytes === 'string') return new Uint8Array(Buffer.from(bytes, 'base64'));
  if (typeof bigint === 'string') return BigInt(bigint);
  return value;
}
