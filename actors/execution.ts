import { sendParent, sendTo, setup } from 'xstate';
import type { PluginEntry } from '../src/config/document.ts';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../src/core/errors.ts';
import type { ActorPorts } from './ports.ts';
import { createSession, type SessionCommand, type SessionEvent, type SessionInput } from './session.ts';

export interface ExecutionInput extends SessionInput {
  /** Which of the plugin's instances this is, counted from 1. */
  readonly generation: number;
}

export type ExecutionCommand =
  | { readonly type: 'execution.serve' }
  | { readonly type: 'execution.pause'; readonly takesSnapshot: boolean }
  | { readonly type: 'execution.restore'; readonly snapshot: Uint8Array }
  | { readonly type: 'execution.configure'; readonly entry: PluginEntry }
  | { readonly type: 'execution.close' }
  /** Ends at once, whatever it is at; calls in flight end with this error. */
  | { readonly type: 'execution.revoke'; readonly error: ErrorRecord };

export interface Sender {
  readonly generation: number;
}

/** What the plugin hears of its instances. After `failed` nothing follows but the end of the actor. */
export type ExecutionEvent =
  | (Sender & {
      readonly type: 'execution.instantiated';
      readonly exports: readonly string[];
      readonly cell: string;
      readonly tier: string;
    })
  | (Sender & { readonly type: 'execution.initialized' })
  | (Sender & {
      readonly type: 'execution.paused';
      readonly snapshot?: Uint8Array;
      readonly error?: ErrorRecord;
    })
  | (Sender & { readonly type: 'execution.restored' })
  | (Sender & {
      readonly type: 'execution.configured';
      readonly entry: PluginEntry;
      readonly error?: ErrorRecord;
    })
  | (Sender & { readonly type: 'execution.busy' })
  | (Sender & { readonly type: 'execution.idle' })
  | (Sender & { readonly type: 'execution.failed'; readonly error: ErrorRecord });

type Told<Event> = Event extends ExecutionEvent ? Omit<Event, 'generation'> : never;

/**
 * The sandbox ends calls at their deadline itself; the deadlines here are for one that breaks this promise. They leave it
 * time: after a start an instantiation may queue behind hundreds of others.
 */
const graceMs = 30_000;

const slowCallsAhead = 64;

/** One instance of a plugin, from instantiation to its end. The session below it holds the instance. */
export function createExecutionMachine(ports: ActorPorts) {
  return setup({
    types: {
      input: {} as ExecutionInput,
      context: {} as ExecutionInput,
      events: {} as ExecutionCommand | SessionEvent,
    },
    actors: { session: createSession(ports) },
    delays: {
      startDeadline: ({ context }) => context.plan.limits.init_deadline_ms + graceMs,
      callDeadline: ({ context }) => context.plan.limits.call_deadline_ms + graceMs,
      // Batches stand before the end of a pause; larger ones than this are made of quick calls.
      pauseDeadline: ({ context }) => context.plan.limits.call_deadline_ms * slowCallsAhead + graceMs,
      // The call in flight, then `lifecycle.shutdown`.
      closeDeadline: ({ context }) => context.plan.limits.call_deadline_ms * 2,
    },
    actions: {
      command: sendTo('session', (_, command: SessionCommand) => command),
      tell: sendParent(({ context }, told: Told<ExecutionEvent>) => ({
        ...told,
        generation: context.generation,
      })),
    },
  }).createMachine({
    id: 'execution',
    context: ({ input }) => input,
    invoke: {
      id: 'session',
      src: 'session',
      input: ({ context }) => context,
      onError: {
        target: '.Failed',
        actions: {
          type: 'tell',
          params: ({ event }) => ({ type: 'execution.failed', error: toErrorRecord(event.error) }),
        },
      },
    },
    on: {
      'session.failed': {
        target: '.Failed',
        actions: { type: 'tell', params: ({ event }) => ({ type: 'execution.failed', error: event.error }) },
      },
      'execution.revoke': {
        target: '.Revoking',
        actions: {
          type: 'command',
          params: ({ event }) => ({ type: 'session.revoke', error: event.error }),
        },
      },
    },
    initial: 'Instantiating',
    states: {
      Instantiating: {
        on: {
          'session.instantiated': {
            target: 'Initializing',
            actions: {
              type: 'tell',
              params: ({ event: { exports, cell, tier } }) => ({
                type: 'execution.instantiated',
                exports,
                cell,
                tier,
              }),
            },
          },
          'execution.close': 'Closed',
        },
        after: { startDeadline: 'Overdue' },
      },
      Initializing: {
        on: {
          'session.initialized': {
            target: 'Standby',
            actions: { type: 'tell', params: { type: 'execution.initialized' } },
          },
          'execution.close': 'Closed',
        },
        after: { startDeadline: 'Overdue' },
      },
      Standby: {
        on: {
          'execution.serve': 'Serving',
          'execution.restore': {
            target: 'Restoring',
            actions: {
              type: 'command',
              params: ({ event }) => ({ type: 'session.restore', snapshot: event.snapshot }),
            },
          },
          'execution.close': 'Closing',
        },
      },
      Restoring: {
        on: {
          'session.restored': {
            target: 'Standby',
            actions: { type: 'tell', params: { type: 'execution.restored' } },
          },
          'execution.close': 'Closing',
        },
        after: { callDeadline: 'Overdue' },
      },
      Serving: {
        entry: { type: 'command', params: { type: 'session.serve' } },
        initial: 'idle',
        states: {
          idle: {
            entry: { type: 'tell', params: { type: 'execution.idle' } },
            on: { 'session.busy': 'busy' },
          },
          busy: {
            entry: { type: 'tell', params: { type: 'execution.busy' } },
            on: {
              'session.idle': 'idle',
              // The plugin that asks again has lost sight of what goes on.
              'execution.serve': { actions: { type: 'tell', params: { type: 'execution.busy' } } },
            },
          },
        },
        on: {
          'execution.pause': {
            target: 'Pausing',
            actions: {
              type: 'command',
              params: ({ event }) => ({ type: 'session.pause', takesSnapshot: event.takesSnapshot }),
            },
          },
          'execution.configure': {
            actions: {
              type: 'command',
              params: ({ event }) => ({ type: 'session.configure', entry: event.entry }),
            },
          },
          'session.configured': {
            actions: {
              type: 'tell',
              params: ({ event: { entry, error } }) => ({
                type: 'execution.configured',
                entry,
                ...(error && { error }),
              }),
            },
          },
          'execution.close': 'Closing',
        },
      },
      Pausing: {
        on: {
          'session.paused': {
            target: 'Standby',
            actions: {
              type: 'tell',
              params: ({ event: { snapshot, error } }) => ({
                type: 'execution.paused',
                ...(snapshot && { snapshot }),
                ...(error && { error }),
              }),
            },
          },
          // The reload was called off; the session takes this up after the pause.
          'execution.serve': 'Serving',
          'execution.close': 'Closing',
        },
        after: { pauseDeadline: 'Overdue' },
      },
      Closing: {
        entry: { type: 'command', params: { type: 'session.close' } },
        on: { 'session.closed': 'Closed', 'session.failed': 'Closed' },
        after: { closeDeadline: 'Closed' },
      },
      Revoking: {
        on: { 'session.closed': 'Closed', 'session.failed': 'Closed' },
        after: { callDeadline: 'Closed' },
      },
      Overdue: {
        entry: {
          type: 'tell',
          params: ({ context }) => ({ type: 'execution.failed', error: overdue(context) }),
        },
        always: 'Failed',
      },
      // A session that still runs is abandoned with its actor.
      Closed: { type: 'final' },
      Failed: { type: 'final' },
    },
  });
}

function overdue({ plan }: ExecutionInput): ErrorRecord {
  const message = `The sandbox did not answer for plugin "${plan.assignment.entry.id}" within its own deadline`;
  return new SignalboxError('CALL_DEADLINE', message).toRecord();
}
