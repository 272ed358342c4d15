import type { AnyActorRef } from 'xstate';
import { executionPrefix } from './plugin-events.ts';

/**
 * Ends what an actor that broke left running: XState stops the children of an actor that is done or stopped, but not of one
 * that threw. Promises among them end by themselves.
 */
export function endOrphans(parent: AnyActorRef, brokenId: string): void {
  const broken: AnyActorRef | undefined = parent.getSnapshot().children[brokenId];
  const orphans: Readonly<Record<string, AnyActorRef | undefined>> = broken?.getSnapshot().children ?? {};
  for (const [id, orphan] of Object.entries(orphans)) {
    if (id.startsWith(executionPrefix)) orphan?.send({ type: 'execution.close' });
    else if (id === 'session') orphan?.send({ type: 'session.close' });
    else if (id === 'watch') orphan?.send({ type: 'watch.set', paths: [] });
  }
}
