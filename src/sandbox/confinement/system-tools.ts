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

/** Looked for in the system's own folders, never along a PATH. */
export function findSystemTool(name: string): string | undefined {
  return folders.map((folder) => `${folder}/${name}`).find((file) => existsSync(file));
}

/** Where the tools that confine lie. Undefined when one is missing. */
export function findSystemTools(): SystemTools | undefined {
  const [setpriv, prlimit, unshare] = ['setpriv', 'prlimit', 'unshare'].map(findSystemTool);
  const [sh, mkdir, mount] = ['sh', 'mkdir', 'mount'].map(findSystemTool);
  if (!setpriv || !prlimit || !unshare || !sh || !mkdir || !mount) return undefined;
  return { setpriv, prlimit, unshare, sh, mkdir, mount };
}
