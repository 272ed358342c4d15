import type { DoneActorEvent, ErrorActorEvent } from 'xstate';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../src/core/errors.ts';
import type { ExecutionEvent } from './execution.ts';
import type { Assignment } from './load-plan.ts';

/** What a plugin is told by the manager. */
export type PluginCommand =
  | { readonly type: 'plugin.enable'; readonly assignment: Assignment }
  /** The assignment changed, and not in its config alone. */
  | { readonly type: 'plugin.replace'; readonly assignment: Assignment }
  | { readonly type: 'plugin.configure'; readonly assignment: Assignment }
  | { readonly type: 'plugin.disable'; readonly assignment: Assignment; readonly message: string }
  | { readonly type: 'plugin.reload' }
  | { readonly type: 'plugin.retry' }
  /** Whether what it depends on is there: the answer to `plugin.verified`, and again whenever it changes. */
  | { readonly type: 'plugin.dependencies'; readonly error?: ErrorRecord };

export type PluginMachineEvent =
  | PluginCommand
  | ExecutionEvent
  | { readonly type: 'artifact.changed' }
  | { readonly type: 'artifact.unwatchable'; readonly error: ErrorRecord }
  | DoneActorEvent
  | ErrorActorEvent;

/** How the ids of the actors that run instances start; their generation follows. */
export const executionPrefix = 'execution-';

/** Which instance an event came from. */
export function generationIn(event: PluginMachineEvent): number | undefined {
  if ('generation' in event) return event.generation;
  if (!('actorId' in event) || !event.actorId.startsWith(executionPrefix)) return undefined;
  return Number(event.actorId.slice(executionPrefix.length));
}

export function isFrom(
  instance: { readonly generation?: number } | undefined,
  event: PluginMachineEvent,
): boolean {
  const generation = generationIn(event);
  return generation !== undefined && instance?.generation === generation;
}

/** What an event says went wrong; an actor that broke is a fault of ours. */
export function errorIn(event: PluginMachineEvent): ErrorRecord | undefined {
  if (!('error' in event)) return undefined;
  if ('actorId' in event) {
    const { message } = toErrorRecord(event.error);
    return new SignalboxError('INTERNAL', `Actor "${event.actorId}" broke: ${message}`).toRecord();
  }
  return event.error;
}
