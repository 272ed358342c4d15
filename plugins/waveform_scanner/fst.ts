import { type HeaderFacts, latin1, tidyText } from './waveform.ts';

/** Offsets in the header block, from the file's first byte, after GTKWave's fstapi.c. Numbers are big-endian. */
const at = { blockType: 0, length: 1, e: 25, signals: 49, timescale: 73, writer: 74, date: 202, end: 330 };
const headerBlock = 0;
const headerLength = 329;

/** The other first block: the whole file once more as gzip, after its length before and after. */
const wrapperBlock = 254;
const wrappedAt = 17;

const units = ['s', 'ms', 'us', 'ns', 'ps', 'fs', 'as', 'zs'];

/** Undefined when this is no FST file. A wrapped one hides its header. */
export function readFst(head: Uint8Array): (HeaderFacts & { readonly wrapping?: 'gzip' }) | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length > wrappedAt + 1 && head[at.blockType] === wrapperBlock) {
    return view.getUint16(wrappedAt) === 0x1f8b ? { wrapping: 'gzip' } : undefined;
  }
  if (head.length < at.end || head[at.blockType] !== headerBlock) return undefined;
  if (view.getBigUint64(at.length) !== BigInt(headerLength)) return undefined;
  // The writer leaves a number that every reader knows, in the byte order of its machine.
  if (view.getFloat64(at.e, true) !== Math.E && view.getFloat64(at.e, false) !== Math.E) return undefined;

  const timescale = timescaleText(view.getInt8(at.timescale));
  const writer = terminatedText(head.subarray(at.writer, at.date));
  const date = terminatedText(head.subarray(at.date, at.end - 9));
  return {
    ...(timescale !== undefined && { timescale }),
    ...(date !== undefined && { date }),
    ...(writer !== undefined && { writer }),
    signals: Number(view.getBigUint64(at.signals)),
  };
}

/** A power of ten in seconds as people write it: -8 is `10 ns`. */
function timescaleText(exponent: number): string | undefined {
  const unit = units[Math.ceil(-exponent / 3)];
  return exponent > 2 || unit === undefined
    ? undefined
    : `${10 ** (exponent + 3 * Math.ceil(-exponent / 3))} ${unit}`;
}

function terminatedText(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  return tidyText(latin1(end < 0 ? bytes : bytes.subarray(0, end)));
}
