import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { findSystemTool } from './system-tools.ts';

const nice = process.platform === 'win32' ? undefined : findSystemTool('nice');

/** The command, giving way to this process from its first instruction on: what it starts and all its threads inherit that. */
export function givingWay(command: readonly string[], niceness: number): readonly string[] {
  return nice ? [nice, '-n', String(niceness), ...command] : command;
}

/** Linux lets a user change one session in a tenth of a second. */
const retryMs = 120;
const retries = 50;

/** The session a process leads gives way: Linux may share the processor between sessions first, and between processes within. */
export async function sessionGivesWay(pid: number, niceness: number): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let left = retries; left > 0; left -= 1) {
    if ((await writtenTo(`/proc/${pid}/autogroup`, niceness)) !== 'EAGAIN') return;
    await pause(retryMs, undefined, { ref: false });
  }
}

/** Undefined, or the system's code for why not: another kernel, or a process that is gone. */
async function writtenTo(file: string, niceness: number): Promise<string | undefined> {
  try {
    await writeFile(file, String(niceness));
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
