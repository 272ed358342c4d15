import { queryObjects } from 'node:v8';

/** The objects of this thread that are alive: what can be reached once all garbage is collected. Kinds of them, or all. */
// biome-ignore lint/complexity/noBannedTypes: everything inherits from Object
export function liveObjects(kind: Function = Object): number {
  return queryObjects(kind, { format: 'count' });
}
