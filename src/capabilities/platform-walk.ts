import { existsSync } from 'node:fs';
import { bestEffortWalk } from './best-effort-walk.ts';
import { descriptorWalk } from './descriptor-walk.ts';
import type { PathWalk } from './path-walk.ts';

/** The strongest walk this machine allows. A container may come without /proc. */
export function platformWalk(): PathWalk {
  return process.platform === 'linux' && existsSync('/proc/self/fd') ? descriptorWalk : bestEffortWalk;
}
