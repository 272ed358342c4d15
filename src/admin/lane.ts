interface LaneBounds {
  readonly maxRecords: number;
  /** Of the texts of all records together. A single longer one is kept until the next comes. */
  readonly maxChars: number;
}

/** The newest records of one kind, oldest first, within bounds. */
export class Lane<Kept extends { readonly sequence: number; readonly text: string }> {
  readonly #bounds: LaneBounds;
  /** Those before `#first` are gone: the places are empty, and cut off in large pieces. */
  #records: (Kept | undefined)[] = [];
  #first = 0;
  #chars = 0;
  #lostThrough = 0;
  #lost = 0;

  constructor(bounds: LaneBounds) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#records.length - this.#first;
  }

  /** Records that newer ones pushed out. */
  get lost(): number {
    return this.#lost;
  }

  /** The sequence of the newest of them, 0 while there is none. */
  get lostThrough(): number {
    return this.#lostThrough;
  }

  /** Sequences only grow. */
  push(record: Kept): void {
    this.#records.push(record);
    this.#chars += record.text.length;
    const { maxRecords, maxChars } = this.#bounds;
    while (this.length > 1 && (this.length > maxRecords || this.#chars > maxChars)) this.#loseFirst();
    if (this.#first > maxRecords) {
      this.#records = this.#records.slice(this.#first);
      this.#first = 0;
    }
  }

  at(index: number): Kept | undefined {
    return this.#records[this.#first + index];
  }

  /** The index of the first record behind a sequence; `length` when there is none. */
  indexAfter(sequence: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.at(middle)?.sequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #loseFirst(): void {
    const record = this.#records[this.#first];
    if (!record) return;
    this.#records[this.#first] = undefined;
    this.#first += 1;
    this.#chars -= record.text.length;
    this.#lostThrough = record.sequence;
    this.#lost += 1;
  }
}
