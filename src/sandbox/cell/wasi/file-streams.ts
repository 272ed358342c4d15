import type { GuestFiles } from './guest-files.ts';
import { type Sink, type Source, type StreamContext, streamFailure } from './streams.ts';
import type { Ask } from './wasi-host.ts';
import { WitError } from './wit-error.ts';

/** Reads a file from an offset on, ahead of its reader: programs read in small portions, and each operation counts. */
export class FileSource implements Source {
  readonly #context: StreamContext;
  readonly #files: GuestFiles;
  readonly #path: string;
  #offset: bigint;
  #ahead: Uint8Array = new Uint8Array(0);
  #generation = -1;
  #failure: WitError | undefined;
  #isAtEnd = false;
  #filling: Promise<void> | undefined;

  constructor(context: StreamContext, files: GuestFiles, path: string, offset: bigint) {
    this.#context = context;
    this.#files = files;
    this.#path = path;
    this.#offset = offset;
  }

  take(length: number): Uint8Array | 'closed' {
    if (this.#failure) throw failureOf(this.#context, this.#path, this.#failure);
    if (this.#generation !== this.#files.generation) this.#forget();
    if (this.#isAtEnd && this.#ahead.length === 0) {
      // The file may have grown by the next read.
      this.#isAtEnd = false;
      return 'closed';
    }
    const bytes = this.#ahead.subarray(0, length);
    this.#ahead = this.#ahead.subarray(bytes.length);
    this.#offset += BigInt(bytes.length);
    return bytes;
  }

  isReady(): boolean {
    return this.#failure !== undefined || this.#isAtEnd || this.#ahead.length > 0;
  }

  async fill(ask: Ask): Promise<void> {
    this.#filling ??= this.#fill(ask).finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  async #fill(ask: Ask): Promise<void> {
    try {
      await this.#files.settle(ask);
      const { generation } = this.#files;
      const bytes = await this.#files.read(this.#path, this.#offset, this.#files.chunkBytes, ask);
      this.#ahead = bytes;
      this.#isAtEnd = bytes.length === 0;
      this.#generation = generation;
    } catch (error) {
      if (!(error instanceof WitError)) throw error;
      this.#failure = error;
    }
  }

  #forget(): void {
    this.#ahead = new Uint8Array(0);
    this.#isAtEnd = false;
    this.#generation = this.#files.generation;
  }
}

/** Bytes a stream holds before they have to go out. */
const maxHeldBytes = 64 * 1024;

/** Writes to a file, from an offset on or at its end. */
export class FileSink implements Sink {
  readonly #context: StreamContext;
  readonly #files: GuestFiles;
  readonly #path: string;
  #at: bigint | 'end';
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #failure: WitError | undefined;
  #flushing: Promise<void> | undefined;

  constructor(context: StreamContext, files: GuestFiles, path: string, at: bigint | 'end') {
    this.#context = context;
    this.#files = files;
    this.#path = path;
    this.#at = at;
  }

  room(): number {
    if (this.#failure) throw failureOf(this.#context, this.#path, this.#failure);
    return maxHeldBytes - this.#heldBytes;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#held.push(Uint8Array.from(bytes));
    this.#heldBytes += bytes.length;
    this.#files.hold(this);
  }

  async flush(ask: Ask): Promise<void> {
    this.#flushing ??= this.#flush(ask).finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
    if (this.#failure) throw failureOf(this.#context, this.#path, this.#failure);
  }

  async #flush(ask: Ask): Promise<void> {
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    // Before anything is asked: the questions of a flush must not wait for it.
    this.#files.release(this);
    try {
      for (let start = 0; start < bytes.length; start += this.#files.chunkBytes) {
        const part = Uint8Array.from(bytes.subarray(start, start + this.#files.chunkBytes));
        const at = this.#at === 'end' ? (await this.#files.metadata(this.#path, ask)).size : this.#at;
        await this.#files.write(this.#path, at, part, false, ask);
        if (this.#at !== 'end') this.#at += BigInt(part.length);
      }
    } catch (error) {
      if (!(error instanceof WitError)) throw error;
      this.#failure = error;
    }
  }
}

function failureOf(context: StreamContext, path: string, { payload }: WitError): WitError {
  return streamFailure(context, `"${path}": ${String(payload)}`, payload);
}
