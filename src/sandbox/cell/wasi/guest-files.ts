import { setTimeout as sleep } from 'node:timers/promises';
import { wasiSupport } from '../../../core/wasi.ts';
import { HostRefusal } from '../host-refusal.ts';
import type { Sink } from './streams.ts';
import type { Ask, FileRight, WasiGrant, WasiHost } from './wasi-host.ts';
import { WitError } from './wit-error.ts';

const filesystem = 'signalbox:plugin/filesystem';
/** Bytes of one read or write; a path and the message around it come on top. */
const maxChunkBytes = 64 * 1024;
const envelopeBytes = 4_608;
const minChunkBytes = 256;
/** No program knows how to come back when there were too many operations this second, so it is slowed down instead. */
const rateRetryMs = 25;
const maxRateRetries = 200;

export type FileType = 'regular-file' | 'directory' | 'unknown';

/** Pages, entries and metadata as `signalbox:plugin/filesystem` answers them. */
interface DirectoryPage {
  readonly entries: readonly { readonly path: string; readonly kind: EntryKind }[];
  readonly next?: number;
}
type EntryKind = 'file' | 'directory' | 'other';
interface Metadata {
  readonly kind: EntryKind;
  readonly size: bigint;
  readonly modifiedUnixNanos: bigint;
}

/** The broker's file system for one instance, in the words of `wasi:filesystem`: an error is a `WitError` with its code. */
export class GuestFiles {
  readonly #host: WasiHost;
  readonly #grant: WasiGrant;
  readonly #dirty = new Set<Sink>();
  /** Counts writes: what was read ahead before one may be out of date. */
  generation = 0;

  constructor(host: WasiHost, grant: WasiGrant) {
    this.#host = host;
    this.#grant = grant;
  }

  get chunkBytes(): number {
    return Math.max(minChunkBytes, Math.min(maxChunkBytes, this.#host.maxBytes - envelopeBytes));
  }

  isGranted(right: FileRight, path: string): boolean {
    return this.#grant.files.some(
      ({ kinds, path: granted, prefix }) =>
        kinds.includes(right) &&
        (path === granted || (path.startsWith(prefix) && !path.startsWith('/', prefix.length))),
    );
  }

  /** A sink with bytes that have not arrived. */
  hold(sink: Sink): void {
    this.#dirty.add(sink);
  }

  release(sink: Sink): void {
    this.#dirty.delete(sink);
  }

  /** Writes what streams still hold: nothing that is asked after a write may miss it. */
  async settle(ask: Ask = this.#host.call): Promise<void> {
    for (const sink of this.#dirty) await sink.flush(ask);
  }

  async metadata(path: string, ask?: Ask): Promise<Metadata> {
    return (await this.#after('read-metadata', 'metadata', path, [path], ask)) as Metadata;
  }

  async list(path: string, page?: number): Promise<DirectoryPage> {
    return (await this.#after('list-dir', 'list', path, [path, page])) as DirectoryPage;
  }

  async read(path: string, offset: bigint, length: number, ask?: Ask): Promise<Uint8Array> {
    return (await this.#after('read', 'read', path, [path, offset, length], ask)) as Uint8Array;
  }

  /** Not behind the writes that wait: it is how they go. */
  async write(path: string, offset: bigint, bytes: Uint8Array, truncate: boolean, ask?: Ask): Promise<void> {
    this.generation += 1;
    await this.#ask('write', 'write', path, [path, offset, bytes, truncate], ask);
  }

  async createDirectory(path: string): Promise<void> {
    await this.#after('create-dir', 'write', path, [path]);
  }

  async remove(path: string): Promise<void> {
    this.generation += 1;
    await this.#after('remove', 'write', path, [path]);
  }

  /** What lies at a path, by whichever right is granted there; undefined when nothing does. @throws WitError `access` without any right */
  async typeOf(path: string): Promise<FileType | undefined> {
    try {
      if (this.isGranted('metadata', path)) return typeOfKind((await this.metadata(path)).kind);
      if (this.isGranted('read', path)) {
        await this.read(path, 0n, 0);
        return 'regular-file';
      }
      if (this.isGranted('list', path)) {
        await this.list(path);
        return 'directory';
      }
      if (this.isGranted('write', path)) return 'regular-file';
      return typeOfKind((await this.metadata(path)).kind);
    } catch (error) {
      switch (error instanceof WitError && error.payload) {
        case 'no-entry':
          return undefined;
        case 'is-directory':
          return 'directory';
        case 'not-directory':
          return 'regular-file';
        default:
          throw error;
      }
    }
  }

  /** Has the broker refuse a path that leads out, for its audit. @throws WitError `not-permitted` */
  async refuseEscape(path: string): Promise<never> {
    try {
      await this.metadata(path);
    } catch (error) {
      if (!(error instanceof WitError)) throw error;
    }
    throw new WitError('not-permitted');
  }

  async #after(
    fn: string,
    right: FileRight,
    path: string,
    args: readonly unknown[],
    ask?: Ask,
  ): Promise<unknown> {
    await this.settle(ask);
    return await this.#ask(fn, right, path, args, ask);
  }

  async #ask(
    fn: string,
    right: FileRight,
    path: string,
    args: readonly unknown[],
    ask: Ask = this.#host.call,
  ): Promise<unknown> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await ask(filesystem, fn, args);
      } catch (error) {
        if (!(error instanceof HostRefusal)) throw error;
        const { tag, val } = refusalOf(error);
        if (tag !== 'rate-limited') throw new WitError(this.#codeOf(tag, val, right, path));
        if (retries === maxRateRetries) throw new WitError('busy');
        if (ask === this.#host.call) await ask(wasiSupport, 'wait', [rateRetryMs]);
        else await sleep(rateRetryMs);
      }
    }
  }

  #codeOf(tag: string, val: unknown, right: FileRight, path: string): string {
    switch (tag) {
      case 'inaccessible':
        // The broker does not tell absent from denied; what is granted here is no secret to the guest.
        return this.isGranted(right, path) ? 'no-entry' : 'access';
      case 'invalid-path':
        return 'invalid';
      case 'not-a-directory':
        return 'not-directory';
      case 'not-a-file':
        return 'is-directory';
      default:
        return systemCodes[String(val)] ?? 'io';
    }
  }
}

export function typeOfKind(kind: EntryKind): FileType {
  return kind === 'file' ? 'regular-file' : kind === 'directory' ? 'directory' : 'unknown';
}

const systemCodes: Readonly<Record<string, string>> = {
  EBUSY: 'busy',
  EDQUOT: 'quota',
  EEXIST: 'exist',
  EFBIG: 'file-too-large',
  EINVAL: 'invalid',
  EISDIR: 'is-directory',
  ENOSPC: 'insufficient-space',
  ENOTDIR: 'not-directory',
  ENOTEMPTY: 'not-empty',
  EROFS: 'read-only',
  ETXTBSY: 'text-file-busy',
};

function refusalOf({ payload }: HostRefusal): { readonly tag: string; readonly val?: unknown } {
  if (typeof payload !== 'object' || payload === null || !('tag' in payload)) return { tag: 'io' };
  return { tag: String(payload.tag), val: 'val' in payload ? payload.val : undefined };
}
