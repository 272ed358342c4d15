import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('jco.js', import.meta.resolve('@bytecodealliance/jco')));

/** Runs jco's command line; what it prints is shown only when it fails. */
export async function jco(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [program, ...args]);
}
