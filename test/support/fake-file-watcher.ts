import type { FileWatcher, WatchRequest } from '../../src/ports/file-watcher.ts';

/** A watcher whose files change by hand. */
export class FakeFileWatcher implements FileWatcher {
  readonly watches = new Set<WatchRequest>();

  watch(request: WatchRequest): AsyncDisposable {
    this.watches.add(request);
    return {
      [Symbol.asyncDispose]: async () => {
        this.watches.delete(request);
      },
    };
  }

  /** Tells every watch that covers `path`. @returns how many did */
  touch(path: string): number {
    const covering = [...this.watches].filter(({ paths }) =>
      paths.some((watched) => path === watched || path.startsWith(`${watched}/`)),
    );
    for (const { onChange } of covering) onChange({ paths: [path], overflow: false });
    return covering.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.watches.clear();
  }
}
