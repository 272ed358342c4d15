import fc from 'fast-check';

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('set', 'flip', 'cut', 'insert', 'copy', 'end'),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
  extra: fc.uint8Array({ minLength: 1, maxLength: 6 }),
});

type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** Wasm near those samples: one to four bytes set or flipped, stretches cut out, put in, copied elsewhere, or the end gone. */
export function mutationsOfWasm(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([sample, edits]) => edits.reduce(mutated, sample));
}

/** The preamble stays: without it nothing behind it is looked at. */
const preambleBytes = 8;

function mutated(bytes: Uint8Array, { at, kind, byte, extra }: Edit): Uint8Array {
  if (bytes.length <= preambleBytes) return bytes;
  const place = preambleBytes + Math.floor(at * (bytes.length - preambleBytes));
  const [before, behind] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case 'set':
      return Buffer.concat([before, Uint8Array.of(byte), behind.subarray(1)]);
    case 'flip':
      return Buffer.concat([before, Uint8Array.of((behind[0] ?? 0) ^ (1 << (byte & 7))), behind.subarray(1)]);
    case 'cut':
      return Buffer.concat([before, behind.subarray(extra.length)]);
    case 'insert':
      return Buffer.concat([before, extra, behind]);
    case 'copy':
      return Buffer.concat([before, bytes.subarray(place >> 1, (place >> 1) + byte), behind]);
    case 'end':
      return before;
  }
}
