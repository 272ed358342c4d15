import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a program of this folder that tells a number for each thing it has done, and kills it -9 as soon as it has told `victim` of them.
 *
 * @returns the numbers it told
 */
export async function toldBeforeKill(
  program: string,
  args: readonly string[],
  victim: number,
): Promise<readonly number[]> {
  const path = new URL(program, import.meta.url).pathname;
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const told: number[] = [];
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    told.push(...lines.map(Number));
    if (told.length >= victim) child.kill('SIGKILL');
  }
  await exited;
  return told;
}
