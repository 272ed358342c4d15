/** Rows from `first` to before `end`. */
export interface Rows {
  readonly first: number;
  readonly end: number;
}

interface ListPlace {
  /** Of the list, from the top of the window, pixels; negative when it was scrolled past. */
  readonly top: number;
  /** Of all its rows together, pixels. */
  readonly height: number;
  readonly count: number;
  readonly viewHeight: number;
}

/** Rows come and go in groups of this many, so that most steps of scrolling draw nothing anew. */
const group = 8;

/** The rows of a list that are in the window, and a group more on either side for the next step of scrolling. */
export function rowsInSight({ top, height, count, viewHeight }: ListPlace): Rows {
  if (count === 0 || height === 0) return { first: 0, end: 0 };
  const rowHeight = height / count;
  const first = Math.floor(-top / rowHeight / group) - 1;
  const end = Math.ceil((viewHeight - top) / rowHeight / group) + 1;
  return { first: within(first * group, count), end: within(end * group, count) };
}

function within(at: number, count: number): number {
  return Math.min(count, Math.max(0, at));
}
