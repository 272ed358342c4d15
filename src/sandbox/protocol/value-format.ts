/**
 * Bytes for the values that cross between broker and cell: what jco lifts and lowers, and nothing else.
 *
 * Why not a library: one side of this border is hostile. Decoders of JSON or MessagePack allocate what a header announces;
 * here every announcement is charged to a budget first. And `undefined`, bigint and typed arrays arrive as they left.
 */

/** What one decoding may build. A list whose items alias one buffer in the guest grows a thousandfold when lifted. */
export interface ValueBudget {
  /** Items of arrays and fields of records, all together. */
  readonly maxElements: number;
  readonly maxDepth: number;
}

/** Budget for what guests and hosts say to each other; bytes are bounded by the message. */
export const callBudget: ValueBudget = { maxElements: 100_000, maxDepth: 32 };

/** The value cannot be carried: of a kind WIT does not know, or over the budget. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

export const tags = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  int32: 4,
  float64: 5,
  u64: 6,
  s64: 7,
  string: 8,
  shortString: 9,
  bytes: 10,
  array: 11,
  record: 12,
  typedArray: 13,
} as const;

/** What `list` of a number type lifts to; a plain array would be as right and a hundred times as large. */
export const typedArrays = [
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
] as const;
