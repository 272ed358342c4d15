import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate';
import { isPluginId, type PluginId } from './core/ids.ts';

/** Where one machine of the runtime stands. */
export interface ActorReading {
  /** Its own while it lives: `x:12`. */
  readonly actor: string;
  /** Its name in its parent: `plugin:waves.scanner`. */
  readonly id: string;
  /** Which of `machines()` it runs. */
  readonly machine: string;
  readonly parent?: string;
  /** The plugin it works for. */
  readonly plugin?: PluginId;
  /** Ids of the states it is in, outer ones first: `plugin`, `plugin.Ready`, `plugin.Ready.idle`. */
  readonly states: readonly string[];
  readonly status: 'active' | 'done' | 'error' | 'stopped';
}

/** A machine that changed its state, or its end. */
export interface ActorTransition extends ActorReading {
  /** The type of the event that did it. */
  readonly event: string;
}

const pluginPrefix = 'plugin:';

/** The machines at and below an actor, parents first. Actors that are no machines have no states to tell. */
export function readActors(root: AnyActorRef): readonly ActorReading[] {
  const snapshot: unknown = root.getSnapshot();
  if (!isMachineSnapshot(snapshot)) return [];
  const children: readonly (AnyActorRef | undefined)[] = Object.values(snapshot.children);
  return [
    readingOf(root, snapshot),
    ...children.flatMap((child) => (child === undefined ? [] : readActors(child))),
  ];
}

/**
 * Picks the transitions out of inspection events: those after which a machine has another state value or status than it
 * was seen with before. Each reader remembers what it has seen.
 */
export function createTransitionReader(): (event: InspectionEvent) => ActorTransition | undefined {
  const seen = new WeakMap<object, string>();
  return (event) => {
    if (event.type !== '@xstate.snapshot' || !isMachineSnapshot(event.snapshot)) return undefined;
    const { actorRef, snapshot } = event;
    if (!isActorRef(actorRef)) return undefined;
    const mark = JSON.stringify([snapshot.value, snapshot.status]);
    if (seen.get(actorRef) === mark) return undefined;
    seen.set(actorRef, mark);
    return { ...readingOf(actorRef, snapshot), event: event.event.type };
  };
}

function readingOf(actor: AnyActorRef, snapshot: AnyMachineSnapshot): ActorReading {
  const plugin = pluginOf(actor);
  return {
    actor: actor.sessionId,
    id: actor.id,
    machine: snapshot.machine.id,
    ...(actor._parent && { parent: actor._parent.sessionId }),
    ...(plugin !== undefined && { plugin }),
    states: snapshot._nodes.map(({ id }) => id),
    status: snapshot.status,
  };
}

function pluginOf(actor: AnyActorRef): PluginId | undefined {
  for (let each: AnyActorRef | undefined = actor; each; each = each._parent) {
    if (!each.id.startsWith(pluginPrefix)) continue;
    const id = each.id.slice(pluginPrefix.length);
    if (isPluginId(id)) return id;
  }
  return undefined;
}

function isMachineSnapshot(snapshot: unknown): snapshot is AnyMachineSnapshot {
  return typeof snapshot === 'object' && snapshot !== null && 'machine' in snapshot && 'value' in snapshot;
}

/** Inspection events promise less than what they hold. */
function isActorRef(ref: object): ref is AnyActorRef {
  return 'id' in ref && 'sessionId' in ref && 'getSnapshot' in ref;
}
