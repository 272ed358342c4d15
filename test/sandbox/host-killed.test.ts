import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { descendantsOf, isAlive } from '../support/processes.ts';

const hostFile = fileURLToPath(new URL('../fixtures/sandbox/spinning-host.ts', import.meta.url));

test.runIf(process.platform === 'linux').each(['shared', 'own', 'thread'])(
  'kill -9 of a host whose guest spins in a cell of isolation "%s" leaves no process',
  async (isolation) => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-host-'));
    const host = spawn(process.execPath, ['--no-warnings', hostFile, folder, isolation], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(host.stdout, 'data');
      const cells = await descendantsOf(host.pid ?? 0);
      host.kill('SIGKILL');
      await vi.waitFor(() => expect(cells.filter(isAlive)).toEqual([]), 5_000);
    } finally {
      host.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  },
);
