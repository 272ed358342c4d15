import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { SignalboxError } from '../core/errors.ts';
import { unlessCode } from './atomic-write.ts';

const retryMs = 20;
const patienceMs = 5_000;
/** Whoever holds it works for milliseconds; an older one was left by a process that died. */
const staleAfterMs = 10_000;

/**
 * Does `work` while no other process does the like: one that holds `file`.
 *
 * @throws `STORE_FAILED` when it is held for seconds
 */
export async function withLockFile<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  for (let waitedMs = 0; !(await take(file)); waitedMs += retryMs) {
    if (waitedMs >= patienceMs) {
      throw new SignalboxError('STORE_FAILED', `Another process holds "${file}"`, {
        hint: 'Remove it when no other signalbox is at work',
      });
    }
    await sweep(file);
    await delay(retryMs);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  const handle = await open(file, 'wx', 0o600).catch(unlessCode(undefined, 'EEXIST'));
  await handle?.close();
  return handle !== undefined;
}

async function sweep(file: string): Promise<void> {
  const stats = await stat(file).catch(unlessCode(undefined, 'ENOENT'));
  if (stats && Date.now() - stats.mtimeMs > staleAfterMs) await rm(file, { force: true });
}
