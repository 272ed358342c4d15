/** Why a cell is gone, as far as is known. */
export interface CellDeath {
  readonly reason: string;
  /** V8 ended it because its JavaScript heap was full and nothing in it could be collected. */
  readonly isHeapFull: boolean;
}

/**
 * V8's last words. The signal that follows them says nothing: where a cell is the first process of its namespace the
 * abort does not reach it, and it dies of what comes next.
 */
const heapFull = /^FATAL ERROR: .*JavaScript heap out of memory\r?\n/m;
/** More than that line has. */
const maxKeptChars = 1_024;

/**
 * Listens for a full heap in what a process writes to its standard error. Guests cannot write there: what they print goes to their plugin's log. One
 * that took over its cell can, and would speak of itself alone.
 */
export class HeapFullListener {
  isHeapFull = false;
  #text = '';

  hear(text: string): void {
    const heard = this.#text + text;
    this.isHeapFull ||= heapFull.test(heard);
    this.#text = heard.slice(-maxKeptChars);
  }
}
