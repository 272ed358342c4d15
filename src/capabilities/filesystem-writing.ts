import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import type { HostFunction, HostReply } from '../ports/host-imports.ts';
import { argumentReader, bytes as bytesArgument, u64 } from './arguments.ts';
import { onGrantedPath, openBelow } from './granted-path.ts';
import { inaccessible, type Located } from './guest-path.ts';
import type { OpenedPath } from './path-walk.ts';
import { refused, returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

export const maxWriteBytes = 1024 * 1024;
/** An offset costs nothing, and a file of holes fills the disk of whoever copies it. */
export const maxFileBytes = 1024 ** 3;
const newDirectoryMode = 0o700;

const readWriteArguments = argumentReader(
  'write',
  Type.Tuple([Type.String(), u64, bytesArgument, Type.Boolean()]),
);
const readCreateArguments = argumentReader('create-dir', Type.Tuple([Type.String()]));
const readRemoveArguments = argumentReader('remove', Type.Tuple([Type.String()]));

/** The functions of `signalbox:plugin/filesystem` that change something, each under `fs:write`. */
export function writingFunctions(context: WiringContext): Readonly<Record<string, HostFunction>> {
  return {
    write: (args) => {
      const [path, offset, bytes, truncate] = readWriteArguments(args);
      return onGrantedPath(context, 'fs:write', path, async (located) => {
        if (bytes.length > maxWriteBytes) return io(`One call writes at most ${maxWriteBytes} bytes`);
        if (offset + BigInt(bytes.length) > maxFileBytes) return io('EFBIG');
        const opening = await openBelow(context, located, located.components);
        if (opening.outcome === 'refused') return refused(inaccessible(located.needed));
        if (opening.outcome === 'opened') {
          await using opened = opening.opened;
          if (!opened.stat.isFile()) return refused({ tag: 'not-a-file' });
          if (!(await mayChange(context, located, opened))) return refused(inaccessible(located.needed));
          await using handle = await opened.openFile('write');
          return await writeAt(handle, Number(offset), bytes, truncate);
        }
        return await inParent(context, located, async (parent, name) => {
          await using handle = await parent.createFile(name);
          return await writeAt(handle, Number(offset), bytes, truncate);
        });
      });
    },

    'create-dir': (args) => {
      const [path] = readCreateArguments(args);
      return onGrantedPath(context, 'fs:write', path, (located) =>
        inParent(context, located, async ({ directoryPath }, name) => {
          await mkdir(join(directoryPath, name), newDirectoryMode);
          return returned();
        }),
      );
    },

    remove: (args) => {
      const [path] = readRemoveArguments(args);
      return onGrantedPath(context, 'fs:write', path, (located) =>
        inParent(context, located, async ({ directoryPath }, name) => {
          // What takes its place before the next line is removed instead, and lies in the same directory: nothing else can happen.
          const place = join(directoryPath, name);
          const stat = await lstat(place);
          if (stat.isDirectory()) await rmdir(place);
          else if (stat.isFile()) await unlink(place);
          else return refused({ tag: 'not-a-file' });
          return returned();
        }),
      );
    },
  };
}

/**
 * For what is made or removed: that changes the directory above it, so it must lie below the grant too. What was granted itself is
 * neither made nor removed.
 */
async function inParent(
  context: WiringContext,
  located: Located,
  answer: (parent: OpenedPath, name: string) => Promise<HostReply>,
): Promise<HostReply> {
  const name = located.components.at(-1);
  if (name === undefined) return refused(inaccessible(located.needed));
  const opening = await openBelow(context, located, located.components.slice(0, -1));
  if (opening.outcome !== 'opened') return refused(inaccessible(located.needed));
  await using parent = opening.opened;
  if (!parent.stat.isDirectory() || (await isProtected(context, located, parent, name)))
    return refused(inaccessible(located.needed));
  return await answer(parent, name);
}

/** A file with a second name may be known by it elsewhere, outside of every grant. */
async function mayChange(context: WiringContext, located: Located, opened: OpenedPath): Promise<boolean> {
  if (opened.stat.nlink > 1n) {
    context.access.deny(located.needed, 'It has another name, by a hard link');
    return false;
  }
  return !(await isProtected(context, located, opened));
}

async function isProtected(
  { protectedPlaces, access }: WiringContext,
  { needed }: Located,
  opened: OpenedPath,
  name = '',
): Promise<boolean> {
  const found = await protectedPlaces.covers(join(await opened.realPath(), name));
  if (found) access.deny(needed, "It belongs to the host: its config, its state, or a plugin's code");
  return found;
}

async function writeAt(
  handle: FileHandle,
  offset: number,
  bytes: Uint8Array,
  truncate: boolean,
): Promise<HostReply> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written);
    written += bytesWritten;
  }
  if (truncate) await handle.truncate(offset + bytes.length);
  return returned();
}

function io(problem: string): HostReply {
  return refused({ tag: 'io', val: problem });
}
