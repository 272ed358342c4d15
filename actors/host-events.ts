import type { HostEvent } from '../src/ports/capabilities.ts';

/** Paths one notification carries at most; more and it says `overflow`. */
const maxPaths = 4_096;

/** Two waiting events with the same key become one: a plugin has at most one of each waiting. */
export function coalesceKey(event: HostEvent): string {
  return event.tag === 'filesystem-change' ? `${event.tag} ${event.val.subscription}` : event.tag;
}

/** One event that says what both said. They have the same key; `later` is the newer. */
export function mergeEvents(earlier: HostEvent, later: HostEvent): HostEvent {
  if (earlier.tag !== 'filesystem-change' || later.tag !== 'filesystem-change') return later;
  const paths = [...new Set([...earlier.val.paths, ...later.val.paths])].sort();
  return {
    tag: 'filesystem-change',
    val: {
      subscription: later.val.subscription,
      paths: paths.slice(0, maxPaths),
      overflow: earlier.val.overflow || later.val.overflow || paths.length > maxPaths,
    },
  };
}
