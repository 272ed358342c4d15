import type { StorageKey } from '../../src/core/ids.ts';
import type {
  CollectionPlace,
  ItemPlace,
  ItemSearch,
  Page,
  PageSize,
  PluginStorage,
  Space,
  StoredElement,
  StoredItem,
  Storing,
} from '../../src/ports/plugin-storage.ts';

/** What plugins keep, in memory; `problem` makes every method throw it. */
export class MemoryPluginStorage implements PluginStorage {
  problem: Error | undefined;
  readonly #items = new Map<string, Map<StorageKey, Uint8Array>>();
  readonly #collections = new Map<string, Uint8Array[]>();
  readonly #used = new Map<string, number>();

  async get(place: ItemPlace): Promise<Uint8Array | undefined> {
    return this.#spaceOf(place).get(place.key);
  }

  async set(place: ItemPlace, value: Uint8Array, maxBytes: number): Promise<Storing<undefined>> {
    const space = this.#spaceOf(place);
    const old = space.get(place.key);
    const growth = value.length - (old ? old.length : -costOf(place.space, place.key));
    const reached = this.#usedBy(place) + growth;
    if (reached > maxBytes && (!old || growth > 0)) return { outcome: 'full', reached };
    space.set(place.key, value.slice());
    this.#used.set(place.plugin, reached);
    return { outcome: 'stored', value: undefined };
  }

  async delete(place: ItemPlace): Promise<boolean> {
    const space = this.#spaceOf(place);
    const old = space.get(place.key);
    if (!old) return false;
    space.delete(place.key);
    this.#used.set(place.plugin, this.#usedBy(place) - old.length - costOf(place.space, place.key));
    return true;
  }

  async list(search: ItemSearch, size: PageSize): Promise<Page<StoredItem>> {
    const { prefix, after = '' } = search;
    const items = [...this.#spaceOf(search)]
      .map(([key, value]) => ({ key, value }))
      .filter(({ key }) => key.startsWith(prefix) && inBytes(key, after) > 0)
      .sort((a, b) => inBytes(a.key, b.key));
    return pageOf(items, size, ({ key, value }) => Buffer.byteLength(key) + value.length);
  }

  async append(place: CollectionPlace, value: Uint8Array, maxBytes: number): Promise<Storing<bigint>> {
    const collection = this.#collectionOf(place);
    const reached = this.#usedBy(place) + costOf(place.space, place.collection) + value.length;
    if (reached > maxBytes) return { outcome: 'full', reached };
    this.#used.set(place.plugin, reached);
    return { outcome: 'stored', value: BigInt(collection.push(value.slice())) };
  }

  async readCollection(place: CollectionPlace, after: bigint, size: PageSize): Promise<Page<StoredElement>> {
    const elements = this.#collectionOf(place).map((value, at) => ({ number: BigInt(at) + 1n, value }));
    return pageOf(
      elements.filter(({ number }) => number > after),
      size,
      ({ value }) => value.length,
    );
  }

  #spaceOf({ plugin, space }: Space): Map<StorageKey, Uint8Array> {
    if (this.problem) throw this.problem;
    return this.#items.getOrInsertComputed(`${plugin}/${space}`, () => new Map());
  }

  #collectionOf({ plugin, space, collection }: CollectionPlace): Uint8Array[] {
    if (this.problem) throw this.problem;
    return this.#collections.getOrInsertComputed(`${plugin}/${space}/${collection}`, () => []);
  }

  #usedBy({ plugin }: Space): number {
    return this.#used.get(plugin) ?? 0;
  }
}

function costOf(...names: readonly string[]): number {
  return names.reduce((sum, name) => sum + Buffer.byteLength(name), 64);
}

function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function pageOf<Row>(
  found: readonly Row[],
  { maxRows, maxBytes }: PageSize,
  sizeOf: (row: Row) => number,
): Page<Row> {
  let reached = 0;
  const rows = found.slice(0, maxRows).filter((row, at) => {
    reached += sizeOf(row);
    return at === 0 || reached <= maxBytes;
  });
  return { rows, hasMore: found.length > rows.length };
}
