import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { OpenedPath, PathWalk } from './path-walk.ts';
import { meansAbsent } from './system-errors.ts';

/**
 * For platforms without descriptors in the file system: looks at every component, opens, and then compares both the inode and the
 * real place with what was looked at. Who exchanges a component several times at the right moments can still win.
 */
export const bestEffortWalk: PathWalk = {
  tier: 'best-effort',
  async open(root, components) {
    try {
      const realRoot = await realpath(root);
      const rootStat = await lstat(realRoot, { bigint: true });
      let path = realRoot;
      let stat = rootStat;
      for (const [index, component] of components.entries()) {
        path = join(path, component);
        stat = await lstat(path, { bigint: true });
        if (stat.dev !== rootStat.dev) return { outcome: 'refused', rule: otherDevice };
        if (stat.isSymbolicLink() && index < components.length - 1)
          return { outcome: 'refused', rule: linked };
      }
      if (!(await isReallyBelow(realRoot, path))) return { outcome: 'refused', rule: linked };
      return { outcome: 'opened', opened: openedPath(realRoot, path, stat) };
    } catch (error) {
      if (meansAbsent(error)) return { outcome: 'absent' };
      throw error;
    }
  },
};

const otherDevice = 'It lies on another device than the granted directory';
const linked = 'A symbolic link leads there';
/** Windows has neither flag, and no pipes in its file system. */
const noFollow = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function openedPath(realRoot: string, path: string, stat: BigIntStats): OpenedPath {
  return {
    stat,
    directoryPath: path,
    async openFile() {
      const handle = await open(path, constants.O_RDONLY | noFollow);
      if ((await isStill(handle, stat)) && (await isReallyBelow(realRoot, path))) return handle;
      await handle.close();
      throw Object.assign(new Error('The file was exchanged'), { code: 'ELOOP', syscall: 'open' });
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function isStill(handle: FileHandle, stat: BigIntStats): Promise<boolean> {
  const found = await handle.stat({ bigint: true });
  return found.dev === stat.dev && found.ino === stat.ino;
}

/** The last component is left out: it was looked at and is no link, or is a link that nobody follows. */
async function isReallyBelow(realRoot: string, path: string): Promise<boolean> {
  if (path === realRoot) return true;
  const rest = relative(realRoot, await realpath(dirname(path)));
  return !isAbsolute(rest) && rest !== '..' && !rest.startsWith(`..${sep}`);
}
