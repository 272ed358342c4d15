import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { descendantsOf, isAlive } from '../support/processes.ts';

const hostFile = fileURLToPath(new URL('../fixtures/sandbox/spinning-host.ts', import.meta.url));

let folder: string;
let host: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-host-'));
});
afterEach(async () => {
  host?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** A host in a process of its own, in whose cell a guest spins. */
async function startSpinning(
  isolation: string,
  inherits: readonly ('ignore' | number)[] = [],
): Promise<ChildProcess> {
  host = spawn(process.execPath, ['--no-warnings', hostFile, folder, isolation], {
    stdio: ['ignore', 'pipe', 'inherit', ...inherits],
  });
  if (host.stdout) await once(host.stdout, 'data');
  return host;
}

describe.runIf(process.platform === 'linux')('a host whose guest spins', () => {
  test.each(['shared', 'own', 'thread'])(
    'killed by -9 leaves no process: isolation "%s"',
    async (isolation) => {
      const { pid = 0 } = await startSpinning(isolation);
      const cells = await descendantsOf(pid);
      const before = await Promise.all([pid, ...cells].map(processorTicks));
      await vi.waitFor(
        async () => {
          const now = await Promise.all([pid, ...cells].map(processorTicks));
          expect(Math.max(...now.map((ticks, at) => ticks - (before[at] ?? 0)))).toBeGreaterThan(30);
        },
        { timeout: 15_000 },
      );
      process.kill(pid, 'SIGKILL');
      await vi.waitFor(() => expect(cells.filter(isAlive)).toEqual([]), 5_000);
    },
  );

  test('does not pass on what it was started with', async () => {
    const secret = join(folder, 'secret');
    await using file = await open(secret, 'w');
    // Node closes what is numbered without a gap.
    const gap = new Array<'ignore'>(20).fill('ignore');
    const { pid = 0 } = await startSpinning('own', [...gap, file.fd]);
    expect(await openFiles(pid)).toContain(secret);
    const below = await descendantsOf(pid);
    expect((await Promise.all(below.map(openFiles))).flat()).not.toContain(secret);
  });
});

/** What a process has used of the processor, in hundredths of a second: the first of two fields of its stat. */
async function processorTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]);
}

async function openFiles(pid: number): Promise<readonly string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  return await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')),
  );
}
