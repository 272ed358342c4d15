import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { PeerStruck } from './peer.ts';

/** What is not over by then never will be. */
const watchdogMs = 10_000;
const lookEveryMs = 20;

const ending = Compile(
  Type.Object({ end: Type.String(), elapsedMs: Type.Number(), hostStallMs: Type.Number() }),
);

/** Lets a guest strike in a peer, in a process that is killed when it does not end. */
export async function strikePeer(peer: 'extism' | 'quickjs', args: readonly string[]): Promise<PeerStruck> {
  const entry = fileURLToPath(new URL(`${peer}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', entry, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let isKilled = false;
  let peakBytes = 0;
  const watchdog = setTimeout(() => {
    isKilled = true;
    child.kill('SIGKILL');
  }, watchdogMs);
  const watching = setInterval(async () => {
    if (child.pid !== undefined) peakBytes = Math.max(peakBytes, await peakOf(child.pid));
  }, lookEveryMs);
  const { promise: exited, resolve } = Promise.withResolvers<number | null>();
  child.once('exit', resolve);
  const [written, code] = await Promise.all([text(child.stdout), exited]);
  clearTimeout(watchdog);
  clearInterval(watching);
  const told: unknown = written === '' ? undefined : JSON.parse(written);
  if (ending.Check(told)) return { ...told, peakBytes, isKilled };
  return { end: isKilled ? 'killed by the watchdog' : `its host died (exit ${code})`, peakBytes, isKilled };
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
