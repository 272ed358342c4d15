import { readdir, readFile } from 'node:fs/promises';

export interface ChildProcess {
  readonly pid: number;
  readonly commandLine: string;
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
