import { readFileSync, readlinkSync } from 'node:fs';

/** What confines a process, by name, and how it shows. */
const confinements: Readonly<Record<string, (pid: number) => boolean>> = {
  'no-net': (pid) => hasOwn(pid, 'net') && interfacesOf(pid).every((name) => name === 'lo'),
  'no-disk': (pid) => {
    const mounts = mountOptionsOf(pid);
    return mounts.length > 0 && mounts.every((options) => options.includes('ro'));
  },
  'own-pids': (pid) => hasOwn(pid, 'pid'),
  'no-privileges': (pid) => {
    const status = read(pid, 'status');
    return /^NoNewPrivs:\s1$/m.test(status) && /^CapPrm:\s0+$/m.test(status);
  },
  rlimits: (pid) => {
    const limits = read(pid, 'limits');
    return [/^Max core file size +0 +0 /m, /^Max file size +0 +0 /m, /^Max open files +64 +64 /m].every(
      (line) => line.test(limits),
    );
  },
};

/** Names of what can be reached, in the order they are shown. */
export const confinementNames: readonly string[] = Object.keys(confinements);

/** The tier of a process that has started, as the kernel tells it: `process+no-net+rlimits`. What cannot be seen is not claimed. */
export function reachedTier(startedPid: number): string {
  const pid = innerPid(startedPid);
  const reached = confinementNames.filter((name) => ifVisible(() => confinements[name]?.(pid)));
  return ['process', ...reached].join('+');
}

/** The process itself, where the one that was started only waits for it: that is how a process namespace is entered. */
export function innerPid(startedPid: number): number {
  const [inner] = ifVisible(() => read(startedPid, `task/${startedPid}/children`).split(' ')) ?? [];
  return inner ? Number(inner) : startedPid;
}

/** Undefined where there is no /proc, or the process is gone or not ours to look at. */
function ifVisible<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined;
    throw error;
  }
}

function read(pid: number, name: string): string {
  return readFileSync(`/proc/${pid}/${name}`, 'utf8');
}

function hasOwn(pid: number, namespace: string): boolean {
  return readlinkSync(`/proc/${pid}/ns/${namespace}`) !== readlinkSync(`/proc/self/ns/${namespace}`);
}

/** Two lines of heading, then a line an interface: `lo: 0 0 ...`. */
function interfacesOf(pid: number): readonly string[] {
  return read(pid, 'net/dev')
    .split('\n')
    .slice(2)
    .filter((line) => line !== '')
    .map((line) => line.slice(0, line.indexOf(':')).trim());
}

/** The sixth field of mountinfo, for the mounts that can be reached from the root of the process. */
function mountOptionsOf(pid: number): readonly (readonly string[])[] {
  return read(pid, 'mountinfo')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ')[5]?.split(',') ?? []);
}
