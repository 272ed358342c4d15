import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { newFileMode, type OpenedPath, type PathWalk } from './path-walk.ts';
import { meansAbsent } from './system-errors.ts';

/** Linux `O_PATH`, which Node does not name: a descriptor of the place alone. It opens no device and waits for no pipe. */
const O_PATH = 0o10000000;

/**
 * Walks component by component: each is opened relative to the descriptor of the one before, through `/proc/self/fd`, without
 * following a link. A component swapped in between changes which place is reached, never whether it lies below the root.
 */
export const descriptorWalk: PathWalk = {
  tier: 'descriptor',
  async open(root, components) {
    let handle: FileHandle | undefined;
    try {
      handle = await open(root, O_PATH);
      const rootStat = await handle.stat({ bigint: true });
      let stat = rootStat;
      for (const [index, component] of components.entries()) {
        const next = await open(`${placeOf(handle)}/${component}`, O_PATH | constants.O_NOFOLLOW);
        const previous = handle;
        handle = next;
        await previous.close();
        stat = await handle.stat({ bigint: true });
        const rule = refusalOf(stat, rootStat, index === components.length - 1);
        if (rule !== undefined) return { outcome: 'refused', rule };
      }
      const opened = openedPath(handle, stat);
      handle = undefined;
      return { outcome: 'opened', opened };
    } catch (error) {
      if (meansAbsent(error)) return { outcome: 'absent' };
      throw error;
    } finally {
      await handle?.close();
    }
  },
};

function refusalOf(stat: BigIntStats, rootStat: BigIntStats, isLast: boolean): string | undefined {
  if (stat.dev !== rootStat.dev) return 'It lies on another device than the granted directory';
  if (stat.isSymbolicLink() && !isLast) return 'A symbolic link leads there';
  return undefined;
}

const accessOf = { read: constants.O_RDONLY, write: constants.O_WRONLY } as const;
/** Nothing that is there already is opened, links included. */
const creating = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

function openedPath(handle: FileHandle, stat: BigIntStats): OpenedPath {
  const place = placeOf(handle);
  return {
    stat,
    directoryPath: place,
    // The link in /proc leads to the inode the descriptor holds. `stat` said regular file, so this neither blocks nor drives a device.
    openFile: (use) => open(place, accessOf[use] | constants.O_NONBLOCK),
    createFile: (name) => open(`${place}/${name}`, creating, newFileMode),
    realPath: () => readlink(place),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

function placeOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}
