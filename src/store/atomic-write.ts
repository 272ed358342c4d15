import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const tempEnding = '.sbx-tmp';

/** No save takes this long: an older temp file was left by a process that died. */
const staleAfterMs = 60_000;

/**
 * Replaces a file so that whoever reads it, now or after a crash, finds all of the old content or all of the new. Mode is
 * kept, owner and group where the process may. Resolved, the new content is on the disk.
 *
 * @param file not a symlink: that would be replaced by the file
 * @param isStillWanted asked when nothing but the renaming is left; on false nothing happens
 * @returns whether the file was replaced
 * @throws what the file system does
 */
export async function replaceFile(
  file: string,
  content: string,
  isStillWanted: () => Promise<boolean>,
): Promise<boolean> {
  const folder = dirname(file);
  const temp = join(folder, `.${basename(file)}.${randomBytes(6).toString('hex')}${tempEnding}`);
  const { mode, uid, gid } = await stat(file);
  try {
    {
      await using handle = await open(temp, 'wx', mode & 0o777);
      await handle.writeFile(content);
      await keepOwner(handle, uid, gid);
      await handle.chmod(mode & 0o7777);
      await handle.sync();
    }
    if (!(await isStillWanted())) return false;
    await rename(temp, file);
  } finally {
    // After the renaming there is nothing left to remove.
    await rm(temp, { force: true });
  }
  await syncFolder(folder);
  return true;
}

/** Removes what saves of this file left behind when their process died. */
export async function sweepTempFiles(file: string): Promise<void> {
  const folder = dirname(file);
  const prefix = `.${basename(file)}.`;
  const names = await readdir(folder).catch(unlessCode([], 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'));
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(tempEnding)) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch(unlessCode(undefined, 'ENOENT'));
    if (stats?.isFile() && Date.now() - stats.mtimeMs > staleAfterMs) {
      await rm(path, { force: true }).catch(unlessCode(undefined, 'EACCES', 'EPERM', 'EROFS'));
    }
  }
}

/** Only a privileged process may give files away; the others keep what they have written as their own. */
async function keepOwner(handle: FileHandle, uid: number, gid: number): Promise<void> {
  const own = await handle.stat();
  if (own.uid === uid && own.gid === gid) return;
  await handle.chown(uid, gid).catch(unlessCode(undefined, 'EPERM', 'EINVAL', 'ENOSYS'));
}

/** Makes the new name last. Windows has no such thing, and no need of it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** What to go on with after one of these errors of the file system; any other is thrown again. */
export function unlessCode<T>(otherwise: T, ...codes: readonly string[]): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && codes.includes(String(error.code))) return otherwise;
    throw error;
  };
}
