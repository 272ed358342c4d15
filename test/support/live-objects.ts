import { queryObjects } from 'node:v8';

/** How many objects of this thread are alive: what can be reached once all garbage is collected. */
export function liveObjects(): number {
  return queryObjects(Object, { format: 'count' });
}
