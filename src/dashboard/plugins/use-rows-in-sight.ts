import { type RefObject, useLayoutEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { type Rows, rowsInSight } from './rows-in-sight.ts';

/** Which rows of a long list are worth drawing, while the window scrolls and changes its size. All its rows have one height. */
export function useRowsInSight(list: RefObject<HTMLElement | null>, count: number): Rows {
  const [rows, setRows] = useState<Rows>({ first: 0, end: 0 });
  useLayoutEffect(() => {
    const read = (): Rows => {
      const { top = 0, height = 0 } = list.current?.getBoundingClientRect() ?? {};
      return rowsInSight({ top, height, count, viewHeight: innerHeight });
    };
    const update = (next: Rows): void =>
      setRows((before) => (before.first === next.first && before.end === next.end ? before : next));
    // Drawn before the browser paints: rows that come later would be seen to be missing.
    const now = (): void => flushSync(() => update(read()));
    update(read());
    globalThis.addEventListener('scroll', now, { passive: true });
    globalThis.addEventListener('resize', now);
    return () => {
      globalThis.removeEventListener('scroll', now);
      globalThis.removeEventListener('resize', now);
    };
  }, [list, count]);
  return rows;
}
