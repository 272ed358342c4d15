import { openSync, readdirSync, readFileSync } from 'node:fs';

/** Standard streams, and the pipe between broker and child. */
const ownDescriptors = 4;
/** Nobody numbers what is to be inherited higher than that. */
const maxDescriptor = 4_096;
const closeOnExec = 0o2000000;

let covers: readonly ('ignore' | number)[] | undefined;

/**
 * What follows the pipe in the `stdio` of a child: node closes what it opened itself, but of what the host was started with,
 * a socket of systemd or a pipe of a shell, some would reach the child. There it is /dev/null. Looked up once: what comes
 * later is node's.
 */
export function coverInheritedDescriptors(): readonly ('ignore' | number)[] {
  covers ??= process.platform === 'linux' ? coversOf(inheritedDescriptors()) : [];
  return covers;
}

function coversOf(inherited: ReadonlySet<number>): readonly ('ignore' | number)[] {
  if (inherited.size === 0) return [];
  const nothing = openSync('/dev/null', 'r');
  const numbers = Array.from({ length: Math.max(...inherited) + 1 }, (_, descriptor) => descriptor);
  return numbers.slice(ownDescriptors).map((descriptor) => (inherited.has(descriptor) ? nothing : 'ignore'));
}

function inheritedDescriptors(): ReadonlySet<number> {
  const all = readdirSync('/proc/self/fd').map(Number);
  return new Set(
    all.filter(
      (descriptor) => descriptor >= ownDescriptors && descriptor <= maxDescriptor && isInherited(descriptor),
    ),
  );
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch (error) {
    // Closed since: the one that listed the folder, for one.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
