import { lookup } from 'node:dns/promises';

/** All addresses of a name, each a plain IPv4 or IPv6 address. Rejects when there is none. */
export type NameResolver = (hostname: string) => Promise<readonly string[]>;

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

/** Bounds how many names are looked up at once. */
export function atMost(count: number, resolve: NameResolver): NameResolver {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (hostname) => {
    if (free > 0) free--;
    else await new Promise<void>((proceed) => waiting.push(proceed));
    try {
      return await resolve(hostname);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
