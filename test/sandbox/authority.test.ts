import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { confineBy, type WayName } from '../../src/sandbox/confinement/confine.ts';
import { reachedTier } from '../../src/sandbox/confinement/reached-tier.ts';
import { cellFlags, cellReadable } from '../../src/sandbox/entries.ts';

const hostileEntry = fileURLToPath(new URL('../fixtures/sandbox/hostile-entry.ts', import.meta.url));
const readable = { ...cellReadable, folders: [...cellReadable.folders, dirname(hostileEntry)] };

/** Whether this machine lets us confine like that: containers often do not. */
function worksHere(way: WayName): boolean {
  const { file, args } = confineBy(way, ['--version'], readable);
  return spawnSync(file, args, { env: {}, encoding: 'utf8' }).stdout?.trim() === process.version;
}
const ways = (['own-root', 'own-pids', 'no-net', 'rlimits', 'none'] as const).filter(worksHere);

let folder: string;
let servers: readonly Server[];
let port: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-authority-'));
  await Promise.all(['secret', 'doomed'].map((name) => writeFile(join(folder, name), name)));
  const onPort = createServer().listen(0, '127.0.0.1');
  servers = [onPort, createServer().listen(join(folder, 'socket'))];
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  ({ port } = onPort.address() as AddressInfo);
});
afterEach(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

function start(way: WayName, nodeArguments: readonly string[]): ChildProcess {
  const { file, args } = confineBy(way, nodeArguments, readable);
  return spawn(file, args, { cwd: '/', env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** What the hostile entry could do with these flags of node. */
async function doneBy(way: WayName, flags: readonly string[]): Promise<readonly string[]> {
  const targets = JSON.stringify({ hostPid: process.pid, port, folder });
  const { stdout } = start(way, [...flags, hostileEntry, targets]);
  return stdout ? JSON.parse(await text(stdout)) : [];
}

describe('a hostile process', () => {
  const signals = ['signal the host'];
  const leftByNode: Readonly<Record<WayName, readonly string[]>> = {
    'own-root': [],
    'own-pids': [],
    'no-net': signals,
    rlimits: signals,
    none: signals,
  };

  test.each(ways)("with a cell's flags, confined by %s, can do nothing but what is known", async (way) => {
    expect(await doneBy(way, [...cellFlags(), `--allow-fs-read=${hostileEntry}`])).toEqual(leftByNode[way]);
  });

  const reads = ['read a file of the operator'];
  const sees = ["see the host's command line"];
  const environment = ["read the host's environment"];
  const makes = ['make a file', 'delete a file'];
  const dials = ['connect to a server of this machine'];
  const dialsFile = ['connect to a socket file'];
  const leftByKernel: Readonly<Record<WayName, readonly string[]>> = {
    'own-root': [],
    'own-pids': [...reads, ...makes, ...dialsFile, ...sees],
    'no-net': [...reads, ...makes, ...dialsFile, ...signals, ...sees],
    rlimits: [...reads, ...makes, ...dials, ...dialsFile, ...signals, ...environment, ...sees],
    none: [
      ...[...reads, 'write into a file', ...makes, ...dials, ...dialsFile],
      ...[...signals, ...environment, ...sees],
    ],
  };

  test.each(ways)('that has broken out of node, confined by %s, is held by the kernel', async (way) => {
    const done = await doneBy(way, []);
    expect(done.filter((what) => leftByKernel.none.includes(what))).toEqual(leftByKernel[way]);
  });

  // Without a user namespace root stays root.
  const rlimits = process.getuid?.() === 0 ? 'process+rlimits' : 'process+no-privileges+rlimits';
  const tiers: Readonly<Record<WayName, string>> = {
    'own-root': 'process+no-net+no-disk+own-pids+no-privileges+rlimits',
    'own-pids': 'process+no-net+own-pids+no-privileges+rlimits',
    'no-net': 'process+no-net+no-privileges+rlimits',
    rlimits,
    none: 'process',
  };

  test.each(ways)('confined by %s shows what was reached', async (way) => {
    const child = start(way, ['-e', 'process.stdout.write("up"); process.stdin.resume()']);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    expect(reachedTier(child.pid ?? 0)).toBe(tiers[way]);
    child.stdin?.end();
  });
});
