import { type FileType, type GuestFiles, typeOfKind } from './guest-files.ts';
import { Resource } from './resource.ts';
import type { StreamContext } from './streams.ts';

/** The entries of one directory, read page by page. */
export class DirectoryEntryStream extends Resource {
  readonly #files: GuestFiles;
  readonly #path: string;
  readonly #entries: { readonly type: FileType; readonly name: string }[] = [];
  #next: number | undefined;

  constructor(context: StreamContext, files: GuestFiles, path: string) {
    super(context.numbers);
    this.#files = files;
    this.#path = path;
  }

  async begin(): Promise<void> {
    await this.#read(undefined);
  }

  async readDirectoryEntry(): Promise<{ readonly type: FileType; readonly name: string } | undefined> {
    if (this.#entries.length === 0 && this.#next !== undefined) await this.#read(this.#next);
    return this.#entries.shift();
  }

  async #read(page: number | undefined): Promise<void> {
    const { entries, next } = await this.#files.list(this.#path, page);
    this.#next = next;
    for (const { path, kind } of entries) {
      this.#entries.push({ type: typeOfKind(kind), name: path.slice(path.lastIndexOf('/') + 1) });
    }
  }
}
