import { readFst } from './fst.ts';
import { readGhw } from './ghw.ts';
import { readVcd } from './vcd.ts';
import { latin1, type WaveformDetails, type WaveformKind, waveformKinds } from './waveform.ts';

/** Enough for every header of a fixed size, and for most of a VCD. */
export const headBytes = 16 * 1024;

const readers = { fst: readFst, ghw: readGhw, vcd: readVcd } as const satisfies Record<WaveformKind, unknown>;

/** VCD is told by words, the others by a few bytes. */
const cheapestFirst = ['fst', 'ghw', 'vcd'] as const;

/** Compressed whole, as GHDL and GTKWave read them. An FST compresses itself. */
const wrappableKinds: readonly string[] = ['ghw', 'vcd'];
const gzipMagic = '\x1f\x8b\x08';
const bzip2Magic = /^BZh[1-9]1AY&SY/;

/** The kind a name claims: the last ending, whatever its case. */
export function claimedKind(path: string): WaveformKind | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return waveformKinds.find((kind) => kind === ending);
}

/**
 * Tells what a file is.
 *
 * @param head its first `headBytes`, fewer where it is shorter; undefined when it may not be read
 */
export function recognise(path: string, bytes: number, head: Uint8Array | undefined): WaveformDetails {
  const claimed = claimedKind(path);
  if (head === undefined) {
    const reason = 'its content may not be read';
    return { kind: claimed ?? 'unknown', recognisedBy: claimed ? 'ending' : 'nothing', bytes, reason };
  }
  for (const kind of cheapestFirst) {
    const facts = readers[kind](head);
    if (!facts) continue;
    const mismatch = claimed !== undefined && claimed !== kind ? { claimedKind: claimed } : {};
    return { kind, recognisedBy: 'content', bytes, ...mismatch, ...facts };
  }
  const wrapping = wrappingOf(head);
  if (wrapping && claimed && wrappableKinds.includes(claimed)) {
    return {
      kind: claimed,
      recognisedBy: 'ending',
      bytes,
      wrapping,
      reason: `it is packed with ${wrapping}`,
    };
  }
  return { kind: 'unknown', recognisedBy: 'nothing', bytes, reason: whyUnknown(head, claimed) };
}

function wrappingOf(head: Uint8Array): WaveformDetails['wrapping'] {
  const start = latin1(head.subarray(0, 10));
  if (start.startsWith(gzipMagic)) return 'gzip';
  return bzip2Magic.test(start) ? 'bzip2' : undefined;
}

function whyUnknown(head: Uint8Array, claimed: WaveformKind | undefined): string {
  if (head.length === 0) return 'it is empty';
  const start = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `it starts with ${start}, which is no ${claimed?.toUpperCase() ?? 'known'} header`;
}
