import { readFileSync } from 'node:fs';
import { innerPid } from '../confinement/reached-tier.ts';

/** The kernel counts in hundredths of a second here, whatever its own clock does. */
const tickMs = 10;

/**
 * Processor time that the thread which runs JavaScript has used in a process we started, milliseconds. Undefined where there is no /proc,
 * or the process is gone or not ours to look at.
 */
export function processorMsOf(startedPid: number): number | undefined {
  try {
    const pid = innerPid(startedPid);
    const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
    // The name before it may hold spaces and brackets; then come the state and the fields from the fourth on.
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return user === undefined || system === undefined ? undefined : (user + system) * tickMs;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined;
    throw error;
  }
}
