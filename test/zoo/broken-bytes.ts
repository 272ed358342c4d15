/** A component, and what a transfer, an attacker or a slip makes of it. `sound` is a good one. */
export const brokenBytes = {
  empty: () => new Uint8Array(),
  text: () => Buffer.from('<!doctype html><title>404</title>'),
  'magic-only': (sound) => sound.slice(0, 4),
  truncated: (sound) => sound.slice(0, Math.floor(sound.length / 2)),
  'one-byte-short': (sound) => sound.slice(0, -1),
  /** The version of a component that does not exist. */
  'future-version': (sound) => withByte(sound, 4, 0x7f),
  'flipped-section': (sound) => withByte(sound, 8, 0x55),
  /** The first section says that it is longer than the file. */
  'false-size': (sound) => Buffer.concat([sound.slice(0, 9), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])]),
  /** An opcode nobody has assigned, where the core module has `unreachable`. */
  'unknown-opcode': (sound) => replaced(sound, [...mark, 0x1a, 0x00, 0x0b], [...mark, 0x1a, 0xff, 0x0b]),
  /** Names that end the string, the line or the comment they are pasted into. */
  'name-quote': (sound) => replaced(sound, text('strike-here'), text("a');//xxxxx")),
  'name-newline': (sound) => replaced(sound, text('strike-here'), text('a\n\r\u2028*/x${')),
  'name-not-utf8': (sound) => replaced(sound, text('strike-here'), [...text('strike-he'), 0xff, 0xfe]),
  'name-bidi': (sound) => replaced(sound, text('strike-here'), text('st\u202erik\u202c')),
  /** 20 MB that mean nothing. */
  'custom-section': (sound) => Buffer.concat([sound, section(0, [4, ...text('junk')], 20_000_000)]),
  /** 2^28 items announced in a section of one byte more. */
  'false-count': (sound) => Buffer.concat([sound, section(10, [0xff, 0xff, 0xff, 0x7f], 0)]),
  'nested-deep': (sound) => {
    let inner: Uint8Array = sound;
    for (let depth = 0; depth < 40; depth += 1) inner = Buffer.concat([preamble, section(4, inner, 0)]);
    return inner;
  },
  /** What a compiler puts out before somebody makes a component of it. */
  'core-module': () => Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, [1, 0x60, 0, 0], 0)]),
  'many-functions': () => {
    const types = section(1, [1, 0x60, 0, 0], 0);
    const functions = section(3, leb(300_000), 300_000);
    const core = Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), types, functions]);
    return Buffer.concat([preamble, section(1, core, 0)]);
  },
} as const satisfies Readonly<Record<string, (sound: Uint8Array) => Uint8Array>>;

export type BrokenBytes = keyof typeof brokenBytes;

/** The constant that stands before `unreachable` in sound.wat. */
const mark = [0x41, 0xe7, 0x8a, 0x8d, 0x09];

const preamble = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);

function text(value: string): readonly number[] {
  return [...Buffer.from(value)];
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>>= 7;
  } while (left > 0);
  return bytes;
}

/** A section with `padding` zero bytes behind its content. */
function section(id: number, content: Uint8Array | readonly number[], padding: number): Buffer {
  const size = leb(content.length + padding);
  return Buffer.concat([Buffer.from([id, ...size]), Buffer.from(content), Buffer.alloc(padding)]);
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at] = value;
  return changed;
}

/** Each occurrence; both have one length, so that nothing else moves. */
function replaced(bytes: Uint8Array, from: readonly number[], to: readonly number[]): Uint8Array {
  if (from.length !== to.length) throw new Error(`${from.length} bytes cannot become ${to.length}`);
  const changed = Buffer.from(bytes);
  const wanted = Buffer.from(from);
  const first = changed.indexOf(wanted);
  if (first < 0) throw new Error('The component does not hold the bytes to replace');
  for (let at = first; at >= 0; at = changed.indexOf(wanted, at + 1)) changed.set(to, at);
  return changed;
}
