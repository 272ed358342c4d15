import { readdir, readFile } from 'node:fs/promises';

export interface ChildProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** The live processes below one, itself left out; Linux only. */
export async function descendantsOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const pids = children.split(' ').filter(Boolean).map(Number);
  return [...pids, ...(await Promise.all(pids.map(descendantsOf))).flat()];
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The live children of this process whose command line contains `part`; Linux only. */
export async function childrenRunning(part: string): Promise<readonly ChildProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        const [status, commandLine] = await Promise.all([
          readFile(`/proc/${pid}/status`, 'utf8'),
          readFile(`/proc/${pid}/cmdline`, 'utf8'),
        ]);
        const isOurs =
          new RegExp(`^PPid:\\s+${process.pid}$`, 'm').test(status) && !/^State:\s+Z/m.test(status);
        return isOurs && commandLine.includes(part)
          ? [{ pid: Number(pid), commandLine: commandLine.replaceAll('\0', ' ') }]
          : [];
      } catch {
        return []; // it ended while we looked
      }
    }),
  );
  return found.flat();
}
