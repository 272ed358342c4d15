export const waveformKinds = ['vcd', 'fst', 'ghw'] as const;
export type WaveformKind = (typeof waveformKinds)[number];

/** What is known of one file; published as JSON. */
export interface WaveformDetails extends HeaderFacts {
  readonly kind: WaveformKind | 'unknown';
  /** What gave the kind away. A name can lie, content rarely. */
  readonly recognisedBy: 'content' | 'ending' | 'nothing';
  readonly bytes: number;
  /** The kind its name claims, where its content says otherwise. */
  readonly claimedKind?: WaveformKind;
  /** Why the content told nothing. */
  readonly reason?: string;
  /** The content is compressed as a whole. */
  readonly wrapping?: 'gzip' | 'bzip2';
}

/** What a file's first bytes say about the rest. Each is absent where they do not say. */
export interface HeaderFacts {
  /** One unit of the file's time: `1 ns`, `10 ps`. */
  readonly timescale?: string;
  /** As the writing tool spelled it. */
  readonly date?: string;
  /** The writing tool: `Icarus Verilog`. */
  readonly writer?: string;
  readonly signals?: number;
  /** Instead of `signals` where the header goes on beyond what was read. */
  readonly signalsAtLeast?: number;
}

/** More arguments at once could exhaust the stack of a script engine. */
const charactersAtOnce = 1024;

/** Bytes as text, one character each; formats are ASCII where it matters. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += charactersAtOnce) {
    text += String.fromCharCode(...bytes.subarray(start, start + charactersAtOnce));
  }
  return text;
}

/** One line without surplus space, or nothing when there is no text. */
export function tidyText(text: string): string | undefined {
  const tidy = text
    .replace(/[^\x20-\x7e\xa0-\xff]+/g, ' ')
    .replace(/ +/g, ' ')
    .trim()
    .slice(0, 200);
  return tidy === '' ? undefined : tidy;
}
