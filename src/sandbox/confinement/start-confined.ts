import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { confine } from './confine.ts';
import { givingWay, sessionGivesWay } from './give-way.ts';
import { coverInheritedDescriptors } from './inherited-descriptors.ts';
import type { Readable } from './own-root.ts';

export interface ConfinedCommand {
  readonly nodeArguments: readonly string[];
  /** What it must be able to read, node itself and the system's libraries left out. */
  readonly readable: Readable;
  /** How far it gives way to this process, of 19. */
  readonly niceness: number;
  /** Its descriptors 0 to 3. */
  readonly stdio: readonly ('ignore' | 'pipe')[];
}

/** Starts node confined, without environment, in a session of its own; it is gone with this process. */
export function startConfined({ nodeArguments, readable, niceness, stdio }: ConfinedCommand): ChildProcess {
  const { file, args } = confine(nodeArguments, readable);
  const [first = file, ...rest] = givingWay([file, ...args], niceness);
  const descriptors: StdioOptions = [...stdio, ...coverInheritedDescriptors()];
  // Ctrl-C at a terminal is for the host, which shuts plugins down before their cells.
  const child = spawn(first, rest, { cwd: '/', env: {}, detached: true, stdio: descriptors });
  goesWithHost(child);
  if (child.pid !== undefined) void sessionGivesWay(child.pid, niceness);
  return child;
}

const living = new Set<ChildProcess>();

/** What is busy would not hear that its host is gone. One listener serves all. */
function goesWithHost(child: ChildProcess): void {
  if (living.size === 0) process.on('exit', killLiving);
  living.add(child);
  child.once('exit', () => {
    living.delete(child);
    if (living.size === 0) process.off('exit', killLiving);
  });
}

function killLiving(): void {
  for (const child of living) child.kill('SIGKILL');
}
