import { lookup } from 'node:dns/promises';

/** All addresses of a name, each a plain IPv4 or IPv6 address. Rejects when there is none, and may when the signal aborts. */
export type NameResolver = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * The system's resolver blocks one of the few threads (four by default) that the host's files share, for as long as the slowest
 * name server likes. So plugins have two of them at most, all together; the others wait, and their connect deadline runs.
 */
const maxAtOnce = 2;

export function systemResolver(): NameResolver {
  return atMost(maxAtOnce, async (hostname) => {
    const answers = await lookup(hostname, { all: true });
    return answers.map(({ address }) => address);
  });
}

/** Bounds how many names are looked up at once. The others wait in line, and leave it when their signal aborts. */
export function atMost(count: number, resolve: NameResolver): NameResolver {
  const line = new Set<() => void>();
  let free = count;

  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((proceed, giveUp) => {
      const leave = (): void => {
        line.delete(take);
        giveUp(signal.reason);
      };
      const take = (): void => {
        line.delete(take);
        signal.removeEventListener('abort', leave);
        proceed();
      };
      line.add(take);
      signal.addEventListener('abort', leave, { once: true });
    });

  return async (hostname, signal) => {
    signal.throwIfAborted();
    if (free > 0) free--;
    else await turn(signal);
    try {
      return await resolve(hostname, signal);
    } finally {
      const [next] = line;
      if (next) next();
      else free++;
    }
  };
}
