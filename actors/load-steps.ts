import { planOf } from './plugin-context.ts';
import type { PluginVocabulary } from './plugin-vocabulary.ts';

interface LoadTargets {
  readonly loaded: string;
  readonly failed: string;
  /** Absent where nothing serves that a load could be the same as. */
  readonly unchanged?: string;
}

/** The way from an entry to an initialised instance; the same for a start and for a successor. */
export function loadSteps(vocabulary: PluginVocabulary, to: LoadTargets) {
  return {
    verifying: vocabulary.createStateConfig({
      entry: { type: 'announceStep', params: 'verifying' },
      invoke: {
        src: 'openArtifact',
        input: ({ context }) => context.assignment,
        onDone: {
          target: 'resolving',
          actions: [{ type: 'keepArtifact', params: ({ event }) => event.output }, 'watch'],
        },
        onError: {
          target: to.failed,
          actions: [
            { type: 'failThrown', params: ({ event }) => ({ thrown: event.error }) },
            'watchEntry',
            'watch',
          ],
        },
      },
      after: {
        verifyDeadline: {
          target: to.failed,
          actions: [{ type: 'failOverdue', params: 'opening its artifact' }, 'watchEntry', 'watch'],
        },
      },
    }),
    resolving: vocabulary.createStateConfig({
      entry: [{ type: 'announceStep', params: 'resolving' }, 'audit', 'tellVerified'],
      always: [
        ...(to.unchanged === undefined ? [] : [{ guard: 'isUnchanged' as const, target: to.unchanged }]),
        { guard: 'isRefused', target: to.failed, actions: 'failRefused' },
      ],
      on: {
        'plugin.dependencies': [
          { guard: 'isMet', target: 'preparing' },
          { target: to.failed, actions: 'fail' },
        ],
      },
    }),
    preparing: vocabulary.createStateConfig({
      entry: { type: 'announceStep', params: 'preparing' },
      invoke: {
        src: 'prepareCode',
        input: ({ context }) => planOf(context),
        onDone: {
          target: 'instantiating',
          actions: [{ type: 'keepPrepared', params: ({ event }) => event.output }, 'startExecution'],
        },
        onError: {
          target: to.failed,
          actions: { type: 'failThrown', params: ({ event }) => ({ thrown: event.error }) },
        },
      },
      after: {
        prepareDeadline: {
          target: to.failed,
          actions: { type: 'failOverdue', params: 'preparing its code' },
        },
      },
    }),
    instantiating: vocabulary.createStateConfig({
      entry: { type: 'announceStep', params: 'instantiating' },
      on: {
        'execution.instantiated': {
          guard: 'isFromCandidate',
          target: 'initializing',
          actions: 'keepInstance',
        },
      },
    }),
    initializing: vocabulary.createStateConfig({
      entry: { type: 'announceStep', params: 'initializing' },
      on: {
        'execution.initialized': {
          guard: 'isFromCandidate',
          target: to.loaded,
        },
      },
    }),
  };
}
