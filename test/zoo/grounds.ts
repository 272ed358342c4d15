import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of a cage: `granted`, what lies beside it, and the ways from one to the other. */
export async function layGrounds(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-zoo-'));
  const granted = join(folder, 'granted');
  await mkdir(join(granted, 'deep'), { recursive: true });
  await mkdir(join(granted, 'swap'));
  await mkdir(join(folder, 'granted-not'));
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(granted, 'ok.txt'), 'ok');
  await writeFile(join(granted, 'deep/deep.txt'), 'deep');
  await writeFile(join(granted, 'swap/file'), 'ok');
  await symlink('../../secret.txt', join(granted, 'swap/link'));
  await symlink('../secret.txt', join(granted, 'link-secret'));
  await symlink('..', join(granted, 'link-out'));
  await symlink('link-out', join(granted, 'chain'));
  await symlink('deep', join(granted, 'link-inside'));
  await symlink('/proc', join(granted, 'link-proc'));
  await symlink('loop', join(granted, 'loop'));
  await once(spawn('sh', ['-c', 'mkfifo "$0"', join(granted, 'pipe')]), 'exit');
  return folder;
}

export function clearGrounds(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Exchanges `granted/swap/file` and the link beside it, as fast as it can, until it is told to stop. */
export function keepSwapping(folder: string): { stop(): Promise<void> } {
  const at = (name: string) => join(folder, 'granted/swap', name);
  let isStopping = false;
  const swapped = (async () => {
    while (!isStopping) {
      await rename(at('file'), at('aside'));
      await rename(at('link'), at('file'));
      await rename(at('file'), at('link'));
      await rename(at('aside'), at('file'));
    }
  })();
  return {
    async stop() {
      isStopping = true;
      await swapped;
    },
  };
}
