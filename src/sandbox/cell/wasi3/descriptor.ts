import type { Descriptor, DescriptorFlags, OpenFlags } from '../wasi/descriptor.ts';
import { Resource, type ResourceNumbers } from '../wasi/resource.ts';
import { IoError } from '../wasi/streams.ts';
import { WitError } from '../wasi/wit-error.ts';
import {
  type GuestStream,
  type GuestStreams,
  portionsOf,
  type Result,
  settled,
  streamed,
} from './guest-stream.ts';

/** A `filesize` is unsigned, and an offset is not. */
const maxOffset = 2n ** 63n - 1n;

/** A file or directory of `wasi:filesystem` 0.3: that of 0.2, which goes to the broker for each use, in other words. */
export class Descriptor3 extends Resource {
  readonly #numbers: ResourceNumbers;
  readonly #streams: GuestStreams;
  readonly #file: Descriptor;

  constructor(numbers: ResourceNumbers, streams: GuestStreams, file: Descriptor) {
    super(numbers);
    this.#numbers = numbers;
    this.#streams = streams;
    this.#file = file;
  }

  readViaStream(offset: bigint): [AsyncIterable<Uint8Array>, Promise<Result>] {
    const file = this.#file;
    return streamed(async function* () {
      if (offset > maxOffset) throw new WitError('invalid');
      using input = file.readViaStream(offset);
      yield* portionsOf(input);
    }, codeOf);
  }

  writeViaStream(stream: GuestStream, offset: bigint): Promise<Result> {
    return this.#write(stream, offset);
  }

  appendViaStream(stream: GuestStream): Promise<Result> {
    return this.#write(stream, 'end');
  }

  readDirectory(): [AsyncIterable<unknown>, Promise<Result>] {
    const file = this.#file;
    return streamed(async function* () {
      using entries = await file.readDirectory();
      for (;;) {
        const entry = await entries.readDirectoryEntry();
        if (entry === undefined) return;
        yield { name: entry.name, type: typeOf(entry.type) };
      }
    }, codeOf);
  }

  async advise(): Promise<void> {
    if (this.#file.getType() === 'directory') throw new WitError({ tag: 'bad-descriptor' });
  }

  async syncData(): Promise<void> {
    await asked(() => this.#file.syncData());
  }

  async sync(): Promise<void> {
    await asked(() => this.#file.sync());
  }

  async getFlags(): Promise<DescriptorFlags> {
    // A directory that is open can be read.
    return this.#file.getType() === 'directory'
      ? { ...this.#file.getFlags(), read: true }
      : this.#file.getFlags();
  }

  async getType(): Promise<unknown> {
    return typeOf(this.#file.getType());
  }

  async setSize(size: bigint): Promise<void> {
    await asked(() => this.#file.setSize(size));
  }

  async setTimes(): Promise<void> {
    await asked(() => this.#file.setTimes());
  }

  async stat(): Promise<unknown> {
    return statOf(await asked(() => this.#file.stat()));
  }

  async statAt(flags: unknown, path: string): Promise<unknown> {
    return statOf(await asked(() => this.#file.statAt(flags, path)));
  }

  async openAt(
    pathFlags: unknown,
    path: string,
    openFlags: OpenFlags,
    flags: DescriptorFlags,
  ): Promise<Descriptor3> {
    const opened = await asked(() => this.#file.openAt(pathFlags, path, openFlags, flags));
    return new Descriptor3(this.#numbers, this.#streams, opened);
  }

  async createDirectoryAt(path: string): Promise<void> {
    await asked(() => this.#file.createDirectoryAt(path));
  }

  async removeDirectoryAt(path: string): Promise<void> {
    await asked(() => this.#file.removeDirectoryAt(path));
  }

  async unlinkFileAt(path: string): Promise<void> {
    await asked(() => this.#file.unlinkFileAt(path));
  }

  async setTimesAt(): Promise<void> {
    await asked(() => this.#file.setTimesAt());
  }

  async linkAt(): Promise<void> {
    await asked(() => this.#file.linkAt());
  }

  async readlinkAt(): Promise<string> {
    return await asked(() => this.#file.readlinkAt());
  }

  async renameAt(): Promise<void> {
    await asked(() => this.#file.renameAt());
  }

  async symlinkAt(): Promise<void> {
    await asked(() => this.#file.symlinkAt());
  }

  async isSameObject(other: Descriptor3): Promise<boolean> {
    return this.#file.isSameObject(other.#file);
  }

  async metadataHash(): Promise<unknown> {
    return await asked(() => this.#file.metadataHash());
  }

  async metadataHashAt(flags: unknown, path: string): Promise<unknown> {
    return await asked(() => this.#file.metadataHashAt(flags, path));
  }

  override [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
    super[Symbol.dispose]();
  }

  async #write(stream: GuestStream, at: bigint | 'end'): Promise<Result> {
    return await settled(async () => {
      try {
        using output = at === 'end' ? this.#file.appendViaStream() : this.#file.writeViaStream(at);
        await this.#streams.drain(stream, async (bytes) => {
          for (let start = 0; start < bytes.length; ) {
            if (output.checkWrite() === 0n) await output.blockingFlush();
            const part = bytes.subarray(start, start + Number(output.checkWrite()));
            output.write(part);
            start += part.length;
          }
        });
        await output.blockingFlush();
      } finally {
        stream[Symbol.dispose]();
      }
    }, codeOf);
  }
}

async function asked<Answer>(ask: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof WitError ? new WitError(codeOf(error.payload)) : error;
  }
}

/** The error codes of 0.2 are cases without a value in 0.3; what a stream failed with holds one. */
function codeOf(payload: unknown): unknown {
  if (typeof payload === 'string') return { tag: payload };
  const reason =
    typeof payload === 'object' && payload !== null && 'val' in payload ? payload.val : undefined;
  return { tag: reason instanceof IoError && typeof reason.code === 'string' ? reason.code : 'io' };
}

function typeOf(type: string): unknown {
  return type === 'unknown' ? { tag: 'other', val: undefined } : { tag: type };
}

function statOf(stat: { readonly type: string }): unknown {
  return { ...stat, type: typeOf(stat.type) };
}
