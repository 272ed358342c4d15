import { existsSync } from 'node:fs';

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

export interface SystemTools {
  readonly setpriv: string;
  readonly prlimit: string;
  readonly unshare: string;
  readonly sh: string;
  readonly mkdir: string;
  readonly mount: string;
}

/** Where the tools that confine lie: looked for in the system's own folders, never along a PATH. Undefined when one is missing. */
export function findSystemTools(): SystemTools | undefined {
  const found = (name: string): string | undefined =>
    folders.map((folder) => `${folder}/${name}`).find((file) => existsSync(file));
  const [setpriv, prlimit, unshare] = [found('setpriv'), found('prlimit'), found('unshare')];
  const [sh, mkdir, mount] = [found('sh'), found('mkdir'), found('mount')];
  if (!setpriv || !prlimit || !unshare || !sh || !mkdir || !mount) return undefined;
  return { setpriv, prlimit, unshare, sh, mkdir, mount };
}
