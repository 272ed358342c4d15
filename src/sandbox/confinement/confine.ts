import { spawnSync } from 'node:child_process';
import { release } from 'node:os';
import { type Readable, withOwnRoot } from './own-root.ts';
import { findSystemTools, type SystemTools } from './system-tools.ts';

/** How a process of ours is started. */
export interface Confinement {
  readonly file: string;
  readonly args: readonly string[];
}

/** Makes a command one that runs confined; the last that is written here is the first that happens. */
type Way = (tools: SystemTools, readable: Readable, command: readonly string[]) => readonly string[];

/** From most to least; the first that works here is what every cell gets. */
const ways = {
  'own-root': (tools, readable, command) =>
    withNamespaces(
      tools,
      ['net', 'ipc', 'mount', 'pid'],
      withOwnRoot(tools, readable, powerless(tools, command)),
    ),
  'own-pids': (tools, _readable, command) =>
    withNamespaces(tools, ['net', 'ipc', 'pid'], powerless(tools, command)),
  'no-net': (tools, _readable, command) => withNamespaces(tools, ['net', 'ipc'], powerless(tools, command)),
  rlimits: (tools, _readable, command) => [
    ...[tools.setpriv, '--pdeathsig', 'KILL', '--no-new-privs', '--'],
    ...[tools.prlimit, ...limits, '--', ...command],
  ],
  none: (_tools, _readable, command) => command,
} satisfies Record<string, Way>;

export type WayName = keyof typeof ways;
export const wayNames = Object.keys(ways) as WayName[];

/**
 * The command that runs node with these arguments, confined as far as this machine allows. What was reached is not told here: it is looked at in the
 * process that runs.
 *
 * @param readable what it must be able to read, node itself and the system's libraries left out
 */
export function confine(nodeArguments: readonly string[], readable: Readable): Confinement {
  best ??= wayNames.find((way) => works(confineBy(way, ['--version'], readable))) ?? 'none';
  return confineBy(best, nodeArguments, readable);
}

/** Found once, with the first cell of the process: about 15 ms. */
let best: WayName | undefined;
const tools = process.platform === 'linux' ? findSystemTools() : undefined;

/** Confined by one way, whether it works here or not. */
export function confineBy(way: WayName, nodeArguments: readonly string[], readable: Readable): Confinement {
  const command = [process.execPath, ...nodeArguments];
  const needed = { ...readable, files: [...readable.files, process.execPath] };
  const [file = process.execPath, ...args] = tools ? ways[way](tools, needed, command) : command;
  return { file, args };
}

const probeTimeoutMs = 5_000;

function works({ file, args }: Confinement): boolean {
  const { stdout } = spawnSync(file, args, {
    env: {},
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: probeTimeoutMs,
    killSignal: 'SIGKILL',
  });
  return stdout?.trim() === process.version;
}

/**
 * A user namespace, in which the process may make the others. It dies with the thread that started it, whatever it is doing:
 * the signal is asked for before, and survives, because the owner of a user namespace gains nothing by entering it.
 */
function withNamespaces(
  { setpriv, unshare }: SystemTools,
  kinds: readonly string[],
  command: readonly string[],
): readonly string[] {
  // Process 1 of a namespace is a child of the one that made it, and goes with it.
  const fork = kinds.includes('pid') ? ['--fork', '--kill-child=KILL'] : [];
  return [
    ...[setpriv, '--pdeathsig', 'KILL', '--'],
    ...[unshare, '--user', '--map-root-user', ...kinds.map((kind) => `--${kind}`), ...fork, '--', ...command],
  ];
}

/** Without core files, without a byte written to a file, with a few descriptors. Addresses stay free: each memory reserves 8 GB. */
const limits = ['--core=0', '--fsize=0', '--nofile=64'];

/** Gives up the powers a user namespace came with, for good. */
function powerless({ prlimit, setpriv }: SystemTools, command: readonly string[]): readonly string[] {
  return [
    ...[prlimit, ...limits, ...(countsProcessesByNamespace() ? ['--nproc=64'] : []), '--'],
    ...[setpriv, '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--', ...command],
  ];
}

/** Before Linux 5.14 the limit counted all that the user runs anywhere. Threads count; node has about a dozen. */
function countsProcessesByNamespace(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}
