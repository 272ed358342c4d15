/** More changed paths than this are told as an overflow: whoever reads must look for himself. */
const maxPaths = 4_096;

/** A batch is reported after at most this many quiet times, however busy the files are. */
const maxQuietTimes = 10;

export interface ChangeBatch {
  add(path: string): void;
  /** Forgets what waits; nothing is reported any more. */
  close(): void;
}

/** Collects paths until nothing was added for `debounceMs`, then reports them sorted, each once. */
export function createChangeBatch(
  debounceMs: number,
  report: (change: { readonly paths: readonly string[]; readonly overflow: boolean }) => void,
): ChangeBatch {
  let paths = new Set<string>();
  let overflow = false;
  let deadline: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  const flush = (): void => {
    const change = { paths: [...paths].sort(), overflow };
    paths = new Set();
    overflow = false;
    deadline = undefined;
    report(change);
  };
  return {
    add(path) {
      if (isClosed) return;
      const now = performance.now();
      deadline ??= now + debounceMs * maxQuietTimes;
      if (paths.has(path) || paths.size < maxPaths) paths.add(path);
      else overflow = true;
      clearTimeout(timer);
      timer = setTimeout(flush, Math.min(debounceMs, Math.max(0, deadline - now)));
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      paths.clear();
    },
  };
}
