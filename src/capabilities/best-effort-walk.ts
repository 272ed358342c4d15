import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newFileMode, type OpenedPath, type PathWalk } from './path-walk.ts';
import { meansAbsent } from './system-errors.ts';

/**
 * For platforms without descriptors in the file system: looks at every component, opens, and looks again whether the path still
 * leads, without a link, to what was opened. Who exchanges components at the right moment of every look can win, so there are several.
 */
export const bestEffortWalk: PathWalk = {
  tier: 'best-effort',
  async open(root, components) {
    try {
      const realRoot = await realpath(root);
      const look = await lookAlong(realRoot, components);
      if ('rule' in look) return { outcome: 'refused', rule: look.rule };
      return { outcome: 'opened', opened: openedPath(realRoot, components, look.stat) };
    } catch (error) {
      if (meansAbsent(error)) return { outcome: 'absent' };
      throw error;
    }
  },
};

const looksAfterOpening = 3;
/** Windows has neither flag, and no pipes in its file system. */
const noFollow = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

type Look = { readonly stat: BigIntStats } | { readonly rule: string };

async function lookAlong(realRoot: string, components: readonly string[]): Promise<Look> {
  const rootStat = await lstat(realRoot, { bigint: true });
  let path = realRoot;
  let stat = rootStat;
  for (const [index, component] of components.entries()) {
    path = join(path, component);
    stat = await lstat(path, { bigint: true });
    if (stat.dev !== rootStat.dev) return { rule: 'It lies on another device than the granted directory' };
    if (stat.isSymbolicLink() && index < components.length - 1) return { rule: linked };
  }
  // Asks for the way as a whole, in one call. The last component was looked at: it is no link, or one that nobody follows.
  if (components.length > 1 && !isSameName(dirname(path), await realpath(dirname(path))))
    return { rule: linked };
  return { stat };
}

const linked = 'A symbolic link leads there';

/** Windows and macOS give names in the case and the normal form of the disk; that is no link. */
function isSameName(path: string, realPath: string): boolean {
  return folded(path) === folded(realPath);
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function openedPath(realRoot: string, components: readonly string[], stat: BigIntStats): OpenedPath {
  const path = join(realRoot, ...components);
  return {
    stat,
    directoryPath: path,
    openFile: (use) => openAndLook(realRoot, components, accessOf[use] | noFollow),
    createFile: (name) => openAndLook(realRoot, [...components, name], creating | noFollow),
    realPath: async () => path,
    [Symbol.asyncDispose]: async () => {},
  };
}

const accessOf = { read: constants.O_RDONLY, write: constants.O_WRONLY } as const;
const creating = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

async function openAndLook(
  realRoot: string,
  components: readonly string[],
  flags: number,
): Promise<FileHandle> {
  // Whatever happens before it is given away, the handle must be closed: Node ends the process over one it finds lost.
  await using guarded = new AsyncDisposableStack();
  const handle = guarded.use(await open(join(realRoot, ...components), flags, newFileMode));
  const found = await handle.stat({ bigint: true });
  for (let look = 0; look < looksAfterOpening; look++) {
    const again = await lookAlong(realRoot, components);
    if ('rule' in again || again.stat.dev !== found.dev || again.stat.ino !== found.ino) throw exchanged();
  }
  guarded.move();
  return handle;
}

/** Told like a link that must not be followed, since that is what it looked like. */
function exchanged(): Error {
  return Object.assign(new Error('The file was exchanged while it was being opened'), {
    code: 'ELOOP',
    syscall: 'open',
  });
}
