import type { PluginId, StorageKey, StorageName } from '../core/ids.ts';

export interface Space {
  readonly plugin: PluginId;
  readonly space: StorageName;
}

export interface ItemPlace extends Space {
  readonly key: StorageKey;
}

export interface CollectionPlace extends Space {
  readonly collection: StorageName;
}

export interface StoredItem {
  readonly key: StorageKey;
  readonly value: Uint8Array;
}

export interface StoredElement {
  readonly number: bigint;
  readonly value: Uint8Array;
}

export interface ItemSearch extends Space {
  /** Keys begin with it; empty for all. */
  readonly prefix: StorageKey | '';
  /** Keys come behind this one. */
  readonly after?: StorageKey;
}

/** How much one page holds. The first that is found is on it, however large. */
export interface PageSize {
  readonly maxRows: number;
  /** Of keys and values. */
  readonly maxBytes: number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** There are more behind the last of these. */
  readonly hasMore: boolean;
}

/** `full` stored nothing, for the plugin would then have had `reached` bytes. */
export type Storing<Value> =
  | { readonly outcome: 'stored'; readonly value: Value }
  | { readonly outcome: 'full'; readonly reached: number };

/**
 * What plugins keep, each by its id and apart from all others. Keys are in the order of their UTF-8 bytes. What is stored takes the bytes of
 * its space, key or collection, and value, and 64 more; a plugin never has more than `maxBytes` by any number of calls at once.
 * Resolved, a change outlives this process. Every method throws `STORE_FAILED`, and then nothing was changed.
 */
export interface PluginStorage {
  get(place: ItemPlace): Promise<Uint8Array | undefined>;
  /** Putting less in the place of more is never `full`. */
  set(place: ItemPlace, value: Uint8Array, maxBytes: number): Promise<Storing<undefined>>;
  /** Whether there was one. */
  delete(place: ItemPlace): Promise<boolean>;
  list(search: ItemSearch, size: PageSize): Promise<Page<StoredItem>>;
  /** Adds to a collection; its number is one more than the last one's, 1 for the first. */
  append(place: CollectionPlace, value: Uint8Array, maxBytes: number): Promise<Storing<bigint>>;
  /** Elements with numbers above `after`, in order. */
  readCollection(place: CollectionPlace, after: bigint, size: PageSize): Promise<Page<StoredElement>>;
}
