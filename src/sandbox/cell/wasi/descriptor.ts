import { createHash } from 'node:crypto';
import { DirectoryEntryStream } from './directory-entries.ts';
import { FileSink, FileSource } from './file-streams.ts';
import { type FileType, type GuestFiles, typeOfKind } from './guest-files.ts';
import { placeOf, resolveBelow } from './guest-paths.ts';
import { Resource } from './resource.ts';
import { InputStream, OutputStream, type StreamContext } from './streams.ts';
import { WitError } from './wit-error.ts';

export interface DescriptorFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly mutateDirectory?: boolean;
}

export interface OpenFlags {
  readonly create?: boolean;
  readonly directory?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
}

interface Stat {
  readonly type: FileType;
  readonly linkCount: bigint;
  readonly size: bigint;
  readonly dataAccessTimestamp: Datetime;
  readonly dataModificationTimestamp: Datetime;
  readonly statusChangeTimestamp: Datetime;
}

interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

const nanosPerSecond = 1_000_000_000n;

/** A file or directory of `wasi:filesystem`. It holds nothing open: each use goes to the broker by path, and is decided there. */
export class Descriptor extends Resource {
  readonly #context: StreamContext;
  readonly #files: GuestFiles;
  readonly #path: string;
  readonly #type: FileType;
  readonly #flags: DescriptorFlags;

  constructor(
    context: StreamContext,
    files: GuestFiles,
    {
      path,
      type,
      flags,
    }: { readonly path: string; readonly type: FileType; readonly flags: DescriptorFlags },
  ) {
    super(context.numbers);
    this.#context = context;
    this.#files = files;
    this.#path = path;
    this.#type = type;
    this.#flags = flags;
  }

  readViaStream(offset: bigint): InputStream {
    this.#checkFile('read');
    return new InputStream(this.#context, new FileSource(this.#context, this.#files, this.#path, offset));
  }

  writeViaStream(offset: bigint): OutputStream {
    return this.#output(offset);
  }

  appendViaStream(): OutputStream {
    return this.#output('end');
  }

  advise(): void {}

  async syncData(): Promise<void> {
    await this.#files.settle();
  }

  async sync(): Promise<void> {
    await this.#files.settle();
  }

  getFlags(): DescriptorFlags {
    return this.#flags;
  }

  getType(): FileType {
    return this.#type;
  }

  async setSize(size: bigint): Promise<void> {
    this.#checkFile('write');
    await this.#files.settle();
    await this.#files.write(this.#path, size, new Uint8Array(0), true);
  }

  setTimes(): never {
    throw new WitError('unsupported');
  }

  async read(length: bigint, offset: bigint): Promise<[Uint8Array, boolean]> {
    this.#checkFile('read');
    const { chunkBytes } = this.#files;
    const asked = length > chunkBytes ? chunkBytes : Number(length);
    const bytes = await this.#files.read(this.#path, offset, asked);
    return [bytes, bytes.length < asked];
  }

  async write(bytes: Uint8Array, offset: bigint): Promise<bigint> {
    this.#checkFile('write');
    await this.#files.settle();
    const part = bytes.subarray(0, this.#files.chunkBytes);
    await this.#files.write(this.#path, offset, part, false);
    return BigInt(part.length);
  }

  async readDirectory(): Promise<DirectoryEntryStream> {
    if (this.#type !== 'directory') throw new WitError('not-directory');
    const stream = new DirectoryEntryStream(this.#context, this.#files, this.#path);
    await stream.begin();
    return stream;
  }

  async stat(): Promise<Stat> {
    return await this.#statOf(this.#path);
  }

  async statAt(_flags: unknown, path: string): Promise<Stat> {
    const { path: below, isDirectory } = await this.#below(path);
    const stat = await this.#statOf(below);
    if (isDirectory && stat.type !== 'directory') throw new WitError('not-directory');
    return stat;
  }

  async openAt(
    _flags: unknown,
    path: string,
    { create = false, directory = false, exclusive = false, truncate = false }: OpenFlags,
    flags: DescriptorFlags,
  ): Promise<Descriptor> {
    const place = await this.#below(path);
    const wantsDirectory = directory || place.isDirectory;
    let type = place.path === this.#path ? this.#type : await this.#files.typeOf(place.path);
    if (type === undefined) {
      if (!create) throw new WitError('no-entry');
      if (wantsDirectory) throw new WitError('invalid');
      type = 'regular-file';
      await this.#files.write(place.path, 0n, new Uint8Array(0), false);
    } else {
      if (create && exclusive) throw new WitError('exist');
      if (type === 'unknown') throw new WitError('loop');
      if (type === 'directory') {
        if (truncate || flags.write === true || (create && !directory)) throw new WitError('is-directory');
      } else {
        if (wantsDirectory) throw new WitError('not-directory');
        await this.#checkAccess(place.path, flags, truncate);
      }
    }
    return new Descriptor(this.#context, this.#files, { path: place.path, type, flags });
  }

  async createDirectoryAt(path: string): Promise<void> {
    const { path: below } = await this.#below(path);
    if (below === this.#path) throw new WitError('exist');
    await this.#files.createDirectory(below);
  }

  async removeDirectoryAt(path: string): Promise<void> {
    const { path: below } = await this.#below(path);
    if (below === this.#path) throw new WitError('invalid');
    await this.#remove(below, 'directory');
  }

  async unlinkFileAt(path: string): Promise<void> {
    const { path: below, isDirectory } = await this.#below(path);
    if (isDirectory && (await this.#files.typeOf(below)) === 'regular-file')
      throw new WitError('not-directory');
    await this.#remove(below, 'regular-file');
  }

  setTimesAt(): never {
    throw new WitError('unsupported');
  }

  linkAt(): never {
    throw new WitError('unsupported');
  }

  readlinkAt(): never {
    throw new WitError('unsupported');
  }

  renameAt(): never {
    throw new WitError('unsupported');
  }

  symlinkAt(): never {
    throw new WitError('unsupported');
  }

  isSameObject(other: Descriptor): boolean {
    return this.#path === other.#path;
  }

  metadataHash(): unknown {
    return hashOf(this.#path);
  }

  async metadataHashAt(_flags: unknown, path: string): Promise<unknown> {
    return hashOf((await this.#below(path)).path);
  }

  #output(at: bigint | 'end'): OutputStream {
    this.#checkFile('write');
    return new OutputStream(this.#context, new FileSink(this.#context, this.#files, this.#path, at));
  }

  #checkFile(right: 'read' | 'write'): void {
    if (this.#type === 'directory') throw new WitError('is-directory');
    if (this.#flags[right] !== true) throw new WitError('bad-descriptor');
  }

  /** Opening for what is not granted fails here, and in the audit, not at the first use. */
  async #checkAccess(path: string, { read, write }: DescriptorFlags, truncate: boolean): Promise<void> {
    const nothing = new Uint8Array(0);
    if (truncate || (write === true && !this.#files.isGranted('write', path))) {
      await this.#files.settle();
      await this.#files.write(path, 0n, nothing, truncate);
    }
    if (read === true && !this.#files.isGranted('read', path)) await this.#files.read(path, 0n, 0);
  }

  async #below(written: string): Promise<{ readonly path: string; readonly isDirectory: boolean }> {
    if (this.#type !== 'directory') throw new WitError('not-directory');
    if (written === '') throw new WitError('no-entry');
    const resolved = resolveBelow(placeOf(this.#path), written);
    return resolved.isBelow ? resolved : await this.#files.refuseEscape(resolved.path);
  }

  async #statOf(path: string): Promise<Stat> {
    const { kind, size, modifiedUnixNanos } = await this.#files.metadata(path);
    const modified = {
      seconds: modifiedUnixNanos / nanosPerSecond,
      nanoseconds: Number(modifiedUnixNanos % nanosPerSecond),
    };
    return {
      type: typeOfKind(kind),
      linkCount: 1n,
      size,
      dataAccessTimestamp: modified,
      dataModificationTimestamp: modified,
      statusChangeTimestamp: modified,
    };
  }

  async #remove(path: string, wanted: FileType): Promise<void> {
    const type = await this.#files.typeOf(path);
    if (type === undefined) throw new WitError('no-entry');
    if (type === 'directory' && wanted !== 'directory') throw new WitError('is-directory');
    if (type !== 'directory' && wanted === 'directory') throw new WitError('not-directory');
    await this.#files.remove(path);
  }
}

/** What tells files apart, since the broker gives no inode numbers: their paths, of which each file has one. */
function hashOf(path: string): unknown {
  const digest = createHash('sha256').update(path).digest();
  return { lower: digest.readBigUInt64LE(0), upper: digest.readBigUInt64LE(8) };
}
