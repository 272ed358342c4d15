/** Changes that wait to be told together. */
export interface Batch {
  /** Counts a path each time it changed. */
  readonly changes: number;
  /** Sorted, each once. */
  readonly paths: readonly string[];
  /** More changed than is listed. */
  readonly isOverflowing: boolean;
  /** Ticks since the first of them. */
  readonly ticks: number;
}

export interface BatchLimits {
  readonly maxChanges: number;
  readonly maxTicks: number;
}

export const emptyBatch: Batch = { changes: 0, paths: [], isOverflowing: false, ticks: 0 };

export function withChanges(batch: Batch, paths: readonly string[], isOverflowing: boolean): Batch {
  return {
    ...batch,
    changes: batch.changes + paths.length,
    paths: [...new Set([...batch.paths, ...paths])].sort(),
    isOverflowing: batch.isOverflowing || isOverflowing,
  };
}

export function withTick(batch: Batch): Batch {
  return isEmpty(batch) ? batch : { ...batch, ticks: batch.ticks + 1 };
}

/** Why the batch is to be told now, for people; undefined while it may wait. */
export function dueReason(batch: Batch, { maxChanges, maxTicks }: BatchLimits): string | undefined {
  if (isEmpty(batch)) return undefined;
  if (batch.isOverflowing) return 'more files changed than were counted';
  if (batch.changes >= maxChanges || batch.ticks >= maxTicks) {
    return `${batch.changes} ${batch.changes === 1 ? 'change' : 'changes'}`;
  }
  return undefined;
}

/** ASCII, since a script has no text encoder. */
export function toBytes(batch: Batch): Uint8Array {
  const escaped = JSON.stringify(batch).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}

/** @throws `SyntaxError` or `TypeError` when another version wrote something else */
export function fromBytes(bytes: Uint8Array): Batch {
  const value: unknown = JSON.parse(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  if (isBatch(value)) return value;
  throw new TypeError('The snapshot is not a batch');
}

function isBatch(value: unknown): value is Batch {
  if (typeof value !== 'object' || value === null) return false;
  const { changes, paths, isOverflowing, ticks } = value as Partial<Record<keyof Batch, unknown>>;
  const isCounted =
    Number.isInteger(changes) && Number.isInteger(ticks) && typeof isOverflowing === 'boolean';
  return isCounted && Array.isArray(paths) && paths.every((path) => typeof path === 'string');
}

function isEmpty({ changes, isOverflowing }: Batch): boolean {
  return changes === 0 && !isOverflowing;
}
