import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import type { HostFunction, HostReply } from '../ports/host-imports.ts';
import { argumentReader, bytes as bytesArgument, u64 } from './arguments.ts';
import { type DiskAccount, entryBytes } from './disk-use.ts';
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
        const writing = { offset: Number(offset), bytes, truncate };
        const opening = await openBelow(context, located, located.components);
        if (opening.outcome === 'refused') return refused(inaccessible(located.needed));
        if (opening.outcome === 'opened') {
          await using opened = opening.opened;
          if (!opened.stat.isFile()) return refused({ tag: 'not-a-file' });
          if (!(await mayChange(context, located, opened))) return refused(inaccessible(located.needed));
          await using handle = await opened.openFile('write');
          return await context.diskUse.change((account) => changeFile(handle, writing, account, context));
        }
        return await inParent(context, located, (parent, name) =>
          context.diskUse.change(async (account) => {
            if (!fits(Number(offset) + bytes.length + entryBytes, account, context)) return io('EDQUOT');
            await using handle = await parent.createFile(name);
            account.add(entryBytes);
            return await changeFile(handle, writing, account, context);
          }),
        );
      });
    },

    'create-dir': (args) => {
      const [path] = readCreateArguments(args);
      return onGrantedPath(context, 'fs:write', path, (located) =>
        inParent(context, located, ({ directoryPath }, name) =>
          context.diskUse.change(async (account) => {
            if (!fits(entryBytes, account, context)) return io('EDQUOT');
            await mkdir(join(directoryPath, name), newDirectoryMode);
            account.add(entryBytes);
            return returned();
          }),
        ),
      );
    },

    remove: (args) => {
      const [path] = readRemoveArguments(args);
      return onGrantedPath(context, 'fs:write', path, (located) =>
        inParent(context, located, ({ directoryPath }, name) =>
          context.diskUse.change(async (account) => {
            // What takes its place before the next line is removed instead, and lies in the same directory: nothing else can happen.
            const place = join(directoryPath, name);
            const stat = await lstat(place);
            if (stat.isDirectory()) await rmdir(place);
            else if (stat.isFile()) await unlink(place);
            else return refused({ tag: 'not-a-file' });
            // A file with a second name is still there.
            if (stat.isDirectory() || stat.nlink === 1)
              account.add(-entryBytes - (stat.isFile() ? stat.size : 0));
            return returned();
          }),
        ),
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

interface Writing {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly truncate: boolean;
}

async function changeFile(
  handle: FileHandle,
  { offset, bytes, truncate }: Writing,
  account: DiskAccount,
  context: WiringContext,
): Promise<HostReply> {
  const { size: before } = await handle.stat();
  const end = offset + bytes.length;
  if (!fits(Math.max(before, bytes.length > 0 || truncate ? end : 0) - before, account, context))
    return io('EDQUOT');
  try {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written);
      written += bytesWritten;
    }
    if (truncate) await handle.truncate(end);
    return returned();
  } finally {
    account.add((await handle.stat()).size - before);
  }
}

/** Whether a plugin may add so much; what adds nothing it always may. */
function fits(growth: number, account: DiskAccount, { limits, tellLimit }: WiringContext): boolean {
  const reached = account.after(growth);
  const allowed = limits.fs_write_bytes;
  if (growth <= 0 || reached <= allowed) return true;
  tellLimit({ name: 'fs_write_bytes', reached, allowed });
  return false;
}

function io(problem: string): HostReply {
  return refused({ tag: 'io', val: problem });
}
