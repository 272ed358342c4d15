import Type from 'typebox';
import { joinBelow } from '../permissions/paths.ts';
import type { HostFunction } from '../ports/host-imports.ts';
import { argumentReader, u32, u64 } from './arguments.ts';
import { type EntryKind, type ListedName, listNames, maxListedNames } from './directory-listing.ts';
import { writingFunctions } from './filesystem-writing.ts';
import { withOpened } from './granted-path.ts';
import type { OpenedPath } from './path-walk.ts';
import { refused, returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

export const pageSize = 1_000;
export const maxReadBytes = 1024 * 1024;

const readListArguments = argumentReader(
  'list-dir',
  Type.Tuple([Type.String(), Type.Union([Type.Undefined(), u32])]),
);
const readMetadataArguments = argumentReader('read-metadata', Type.Tuple([Type.String()]));
const readReadArguments = argumentReader('read', Type.Tuple([Type.String(), u64, u32]));

/** A directory being paged through, so that its pages fit together and it is read once. */
interface Listing {
  readonly path: string;
  readonly names: readonly ListedName[];
}

/** `signalbox:plugin/filesystem`: lists, looks at, reads and changes what lies below granted directories. */
export function wireFilesystem(context: WiringContext): Readonly<Record<string, HostFunction>> {
  let paging: Listing | undefined;

  const listing = async (page: number, path: string, opened: OpenedPath): Promise<Listing | undefined> => {
    if (page > 0 && paging?.path === path) return paging;
    const names = await listNames(opened.directoryPath);
    // One operation buys the reading of one page's worth of names, so a huge directory costs its own size.
    context.fileRate.charge(Math.floor((names?.length ?? maxListedNames) / pageSize));
    return names && { path, names };
  };

  return {
    'list-dir': (args) => {
      const [directory, page = 0] = readListArguments(args);
      return withOpened(context, 'fs:list', directory, async (opened, { path }) => {
        if (!opened.stat.isDirectory()) return refused({ tag: 'not-a-directory' });
        const current = await listing(page, path, opened);
        if (!current)
          return refused({ tag: 'io', val: `The directory has more than ${maxListedNames} entries` });
        const end = (page + 1) * pageSize;
        const hasMore = end < current.names.length;
        paging = hasMore ? current : undefined;
        return returned({
          entries: current.names
            .slice(end - pageSize, end)
            .map(({ name, kind }) => ({ path: joinBelow(path, [name]), kind })),
          next: hasMore ? page + 1 : undefined,
        });
      });
    },

    'read-metadata': (args) => {
      const [path] = readMetadataArguments(args);
      return withOpened(context, 'fs:metadata', path, ({ stat }, located) => {
        const kind: EntryKind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
        return returned({
          path: located.path,
          kind,
          // The size of a link is the length of what it names, which lies outside.
          size: kind === 'other' ? 0n : stat.size,
          modifiedUnixNanos: stat.mtimeNs < 0n ? 0n : stat.mtimeNs,
        });
      });
    },

    read: (args) => {
      const [path, offset, length] = readReadArguments(args);
      return withOpened(context, 'fs:read', path, async (opened, { decision }) => {
        if (!opened.stat.isFile()) return refused({ tag: 'not-a-file' });
        await using handle = await opened.openFile('read');
        const { size } = await handle.stat({ bigint: true });
        const left = size > offset ? Number(size - offset) : 0;
        const bytes = new Uint8Array(Math.min(length, maxReadBytes, context.limits.message_bytes, left));
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await handle.read(
            bytes,
            filled,
            bytes.length - filled,
            offset + BigInt(filled),
          );
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        context.access.charge(decision, filled);
        return returned(bytes.subarray(0, filled));
      });
    },

    ...writingFunctions(context),
  };
}
