import type { AnyActorRef, InspectionEvent } from 'xstate';
import { SignalboxError } from '../core/errors.ts';
import type { Runtime } from '../options.ts';
import { BoundedSocket } from './bounded-socket.ts';

export interface StatelyOptions {
  /** Where an inspector listens; default `ws://localhost:8080`, as `createInspectorServer` of @statelyai/inspect does. */
  readonly url?: string;
  /**
   * Told how many events were dropped in all, at most once a second while some are. Default: a warning of the process.
   */
  readonly onDropped?: (dropped: number) => void;
}

/** An inspector that is attached. Disposing detaches it. */
export interface StatelyInspection extends Disposable {
  /** Events the inspector was not sent: it was not there, or read too slowly. */
  readonly dropped: number;
}

const defaultUrl = 'ws://localhost:8080';

/**
 * Shows the machines of a runtime in the Stately inspector while they run. Needs the package @statelyai/inspect. Events and
 * snapshots go without payload and context: these hold artifacts and other people's settings.
 *
 * @throws `ARGUMENT_INVALID` when the package is not installed
 */
export async function attachStatelyInspector(
  runtime: Pick<Runtime, 'inspect$'>,
  { url = defaultUrl, onDropped = warn }: StatelyOptions = {},
): Promise<StatelyInspection> {
  const { createInspector } = await loadInspect();
  let known = new WeakSet<object>();
  const socket = new BoundedSocket(url, onDropped, () => {
    known = new WeakSet();
  });
  let introduced: AnyActorRef | undefined;
  const inspector = createInspector({
    send: (event) => {
      // The package names actors after their machine, which all plugins share; the root has no other name.
      const named = 'name' in event && introduced?._parent ? { ...event, name: introduced.id } : event;
      socket.send(JSON.stringify(named));
    },
  });
  /** An actor is introduced before anything is said of it, after its parent. */
  const introduce = (actor: AnyActorRef, state: () => ReturnType<typeof stateOf>): void => {
    if (known.has(actor)) return;
    known.add(actor);
    const parent = actor._parent;
    if (parent) introduce(parent, () => stateOf(parent.getSnapshot()));
    introduced = actor;
    inspector.actor(actor, { status: 'active', ...state() });
  };
  const tell = (event: InspectionEvent): void => {
    const { actorRef: actor } = event;
    if (!isActorRef(actor)) return;
    // One that is only being made has no snapshot to read yet.
    introduce(actor, () => stateOf(event.type === '@xstate.actor' ? undefined : actor.getSnapshot()));
    if (event.type === '@xstate.event') {
      const source = isActorRef(event.sourceRef) ? { source: event.sourceRef } : {};
      inspector.event(actor, { type: event.event.type }, source);
    }
    if (event.type === '@xstate.snapshot') {
      inspector.snapshot(actor, stateOf(event.snapshot), { event: { type: event.event.type } });
    }
  };
  const subscription = runtime.inspect$.subscribe({ next: tell, complete: () => socket.close() });
  return {
    get dropped() {
      return socket.dropped;
    },
    [Symbol.dispose]: () => {
      subscription.unsubscribe();
      socket.close();
    },
  };
}

function stateOf(snapshot: unknown) {
  if (typeof snapshot !== 'object' || snapshot === null) return { context: {} };
  return {
    ...('status' in snapshot && isStatus(snapshot.status) && { status: snapshot.status }),
    ...('value' in snapshot && { value: snapshot.value }),
    context: {},
  };
}

const statuses = ['active', 'done', 'error', 'stopped'] as const;

function isStatus(value: unknown): value is (typeof statuses)[number] {
  return statuses.some((status) => status === value);
}

/** Inspection events promise less than what they hold. */
function isActorRef(ref: unknown): ref is AnyActorRef {
  return typeof ref === 'object' && ref !== null && 'sessionId' in ref && 'getSnapshot' in ref;
}

async function loadInspect(): Promise<typeof import('@statelyai/inspect')> {
  try {
    return await import('@statelyai/inspect');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause;
    throw new SignalboxError(
      'ARGUMENT_INVALID',
      'The Stately inspector needs the package @statelyai/inspect',
      {
        hint: 'Install it: npm install --save-dev @statelyai/inspect',
        cause,
      },
    );
  }
}

function warn(dropped: number): void {
  globalThis.process.emitWarning(`${dropped} inspection events were not sent to the Stately inspector`, {
    code: 'SIGNALBOX_INSPECTION_DROPPED',
  });
}
