import { SignalboxError } from '../../core/errors.ts';
import { callBudget } from '../protocol/value-format.ts';

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

/**
 * What a script returned; the empty text is `undefined`.
 *
 * @throws SyntaxError, RangeError for text that is no such JSON; `MESSAGE_TOO_LARGE` for what is over the budget of a call
 */
export function fromScriptJson(text: string): unknown {
  checkBudget(text);
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

/** A megabyte of text can make half a million objects, or as many inside one another: those who walk them would overflow. */
function checkBudget(text: string): void {
  const { maxDepth, maxElements } = callBudget;
  if (text.length <= maxDepth) return;
  let depth = 0;
  let elements = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case openBracket:
      case openBrace:
        depth++;
        if (depth > maxDepth) throw overBudget('lift_depth', depth, maxDepth);
        elements++;
        break;
      case closeBracket:
      case closeBrace:
        depth--;
        break;
      case comma:
        elements++;
        break;
    }
    if (elements > maxElements) throw overBudget('lift_elements', elements, maxElements);
  }
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Where the string that begins at `start` ends; a quote behind an odd number of backslashes does not end it. */
function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
  } while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}

function overBudget(name: string, reached: number, allowed: number): SignalboxError {
  return new SignalboxError('MESSAGE_TOO_LARGE', 'The script returns more than may leave it in one message', {
    hint: 'Return less at a time, and nest it less',
    details: { limit: { name, reached, allowed } },
  });
}
