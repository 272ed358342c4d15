/** What a file or directory takes beside its bytes: a block, as most file systems have them. A million empty files fill a disk, too. */
export const entryBytes = 4_096;

/**
 * What one plugin added to the disk since the runtime started, by whatever instance of it. What it frees is given back, up to nothing: whose it
 * was is not asked. Sizes count and not blocks, since holes fill the disk of whoever copies the file.
 */
export class DiskUse {
  #bytes = 0;
  #changing: Promise<unknown> = Promise.resolve();

  /** Changes come one after the other, so that two of them are not measured by one size. */
  change<Value>(work: (account: DiskAccount) => Promise<Value>): Promise<Value> {
    const changed = this.#changing.then(() =>
      work({
        after: (growth) => this.#bytes + growth,
        add: (growth) => {
          this.#bytes = Math.max(0, this.#bytes + growth);
        },
      }),
    );
    this.#changing = changed.catch(() => {});
    return changed;
  }
}

export interface DiskAccount {
  /** What it would be, bytes. */
  after(growth: number): number;
  /** What became of it; negative for what was freed. */
  add(growth: number): void;
}
