import { loadSteps } from './load-steps.ts';
import { initialContext } from './plugin-context.ts';
import { pluginVocabulary } from './plugin-vocabulary.ts';
import type { ActorPorts } from './ports.ts';

/** One entry of the config: off, on its way, serving, or failed. Never takes the manager along. */
export function createPluginMachine(ports: ActorPorts) {
  const vocabulary = pluginVocabulary(ports);

  return vocabulary.createMachine({
    id: 'plugin',
    context: ({ input }) => initialContext(input, ports.clock.now()),
    invoke: {
      id: 'watch',
      src: 'artifactWatch',
      onError: {
        target: '.Error',
        actions: { type: 'failThrown', params: ({ event }) => ({ thrown: event.error }) },
      },
    },
    on: {
      'plugin.disable': {
        target: '.Disabled',
        actions: ['assign', 'explain'],
      },
      'xstate.done.actor.*': { actions: 'forget' },
      'execution.failed': { actions: 'forget' },
      'artifact.unwatchable': { actions: 'explain' },
      'xstate.error.actor.*': {
        target: '.Error',
        actions: ['fail', 'endOrphans', 'forget'],
      },
    },
    initial: 'Disabled',
    states: {
      Disabled: {
        entry: [
          'enterState',
          'dropCandidate',
          'retireServing',
          'forgetTrouble',
          'forgetFailures',
          'closeMailbox',
          'watchNothing',
          'watch',
        ],
        initial: 'deciding',
        states: {
          deciding: {
            always: [
              { guard: 'isLeaving', target: 'stopping' },
              { guard: 'isEnabled', target: '#plugin.Loading' },
              { target: 'off' },
            ],
          },
          stopping: {
            entry: { type: 'announce', params: { state: 'Disabled', phase: 'stopping' } },
            always: {
              guard: 'isGone',
              target: 'deciding',
              actions: { type: 'count', params: 'plugin.unloads' },
            },
            on: {
              'plugin.enable': { actions: 'assign' },
            },
          },
          off: {
            entry: [{ type: 'announce', params: { state: 'Disabled' } }, 'tellStopped'],
            on: {
              'plugin.enable': {
                target: '#plugin.Loading',
                actions: 'assign',
              },
            },
          },
        },
        on: {
          'plugin.replace': { actions: 'assign' },
          'plugin.configure': { actions: 'assign' },
        },
      },

      Loading: {
        entry: ['enterState', 'startClock', 'dropCandidate', 'hush', 'openMailbox'],
        initial: 'verifying',
        states: {
          ...loadSteps(vocabulary, { loaded: 'loaded', failed: '#plugin.Error' }),
          loaded: { type: 'final' },
        },
        onDone: {
          target: 'Ready',
          actions: [
            'promote',
            { type: 'count', params: 'plugin.loads' },
            { type: 'clockLoad', params: 'load' },
          ],
        },
        on: {
          'execution.failed': { guard: 'isFromCandidate', target: 'Error', actions: 'fail' },
          'plugin.dependencies': { guard: 'isUnmet', target: 'Error', actions: 'fail' },
          'plugin.replace': { target: 'Loading', reenter: true, actions: 'assign' },
          'plugin.configure': { target: 'Loading', reenter: true, actions: 'assign' },
          'plugin.reload': { target: 'Loading', reenter: true },
          'artifact.changed': { target: 'Loading', reenter: true },
        },
      },

      Ready: {
        entry: [
          'enterState',
          'enterReady',
          'openMailbox',
          'serve',
          { type: 'announce', params: { state: 'Ready' } },
        ],
        initial: 'idle',
        states: {
          idle: { on: { 'execution.busy': 'busy' } },
          busy: { on: { 'execution.idle': 'idle' } },
          reloading: {
            // A reload that begins anew takes the place of the one that was going on.
            entry: ['startClock', 'dropCandidate', 'serve'],
            initial: 'verifying',
            states: {
              ...loadSteps(vocabulary, { loaded: 'pausing', failed: 'abandoned', unchanged: 'unchanged' }),
              pausing: {
                entry: 'pauseServing',
                on: {
                  'execution.paused': [
                    { guard: 'isSnapshot', target: 'restoring', actions: 'restoreCandidate' },
                    { guard: 'isWithheld', target: 'abandoned', actions: 'fail' },
                    { guard: 'isFromServing', target: 'swapped' },
                  ],
                  // It died of giving what it knows. The successor is initialised and begins with nothing, as after any crash.
                  'execution.failed': {
                    guard: 'mayOutlive',
                    target: 'outlived',
                    actions: ['fail', 'forget', { type: 'count', params: 'plugin.crashes' }],
                  },
                },
              },
              restoring: { on: { 'execution.restored': { guard: 'isFromCandidate', target: 'swapped' } } },
              swapped: {
                type: 'final',
                entry: [
                  'retireServing',
                  'promote',
                  'openMailbox',
                  { type: 'count', params: 'plugin.reloads' },
                  { type: 'clockLoad', params: 'reload' },
                ],
              },
              outlived: {
                type: 'final',
                entry: ['succeed', 'openMailbox', { type: 'count', params: 'plugin.reloads' }],
              },
              unchanged: {
                type: 'final',
                entry: ['dropCandidate', 'mend', { type: 'count', params: 'plugin.unchanged' }],
              },
              abandoned: {
                entry: ['dropCandidate', { type: 'count', params: 'plugin.reloads.failed' }],
                always: [{ guard: 'stopsOnReloadFailure', target: '#plugin.Error' }, { target: 'kept' }],
              },
              kept: { type: 'final', entry: 'degrade' },
            },
            onDone: { target: 'idle', actions: ['serve', { type: 'announce', params: { state: 'Ready' } }] },
            on: {
              'execution.failed': { guard: 'isFromCandidate', target: '.abandoned', actions: 'fail' },
              'plugin.configure': { target: 'reloading', reenter: true, actions: 'assign' },
            },
          },
        },
        on: {
          'execution.failed': {
            guard: 'isFromServing',
            target: 'Error',
            actions: ['fail', 'forget', { type: 'count', params: 'plugin.crashes' }],
          },
          'execution.configured': {
            guard: 'isFromServing',
            actions: [
              'keepConfigured',
              { type: 'count', params: 'plugin.config.updates' },
              { type: 'announce', params: { state: 'Ready' } },
            ],
          },
          'plugin.dependencies': { guard: 'isUnmet', target: 'Error', actions: 'fail' },
          'plugin.configure': [
            { guard: 'takesConfig', actions: ['assign', 'configureServing'] },
            { target: '.reloading', actions: ['assign', { type: 'because', params: 'entry' }] },
          ],
          'plugin.replace': [
            { guard: 'narrows', target: 'Loading', actions: ['assign', 'revokeServing'] },
            { target: '.reloading', actions: ['assign', { type: 'because', params: 'entry' }] },
          ],
          'plugin.reload': { target: '.reloading', actions: { type: 'because', params: 'command' } },
          'plugin.retry': {
            guard: 'isDegraded',
            target: '.reloading',
            actions: { type: 'because', params: 'command' },
          },
          'artifact.changed': { target: '.reloading', actions: { type: 'because', params: 'artifact' } },
        },
      },

      Error: {
        entry: ['dropCandidate', 'retireServing', 'judge', 'enterState'],
        initial: 'deciding',
        states: {
          deciding: {
            always: [
              { guard: 'isPending', target: 'pendingApproval' },
              { guard: 'mayRestart', target: 'backoff' },
              { target: 'quarantined' },
            ],
          },
          backoff: {
            entry: { type: 'announce', params: { state: 'Error', phase: 'backoff' } },
            after: {
              backoff: { target: '#plugin.Loading', actions: { type: 'count', params: 'plugin.restarts' } },
            },
          },
          quarantined: {
            entry: [{ type: 'announce', params: { state: 'Error', phase: 'quarantined' } }, 'closeMailbox'],
          },
          pendingApproval: {
            entry: [
              { type: 'announce', params: { state: 'Error', phase: 'pendingApproval' } },
              'closeMailbox',
            ],
          },
        },
        on: {
          'plugin.dependencies': { guard: 'isFound', target: 'Loading' },
          'plugin.replace': { target: 'Loading', actions: ['assign', 'forgetFailures'] },
          'plugin.configure': { target: 'Loading', actions: ['assign', 'forgetFailures'] },
          'plugin.reload': { target: 'Loading', actions: 'forgetFailures' },
          'plugin.retry': { target: 'Loading', actions: 'forgetFailures' },
          'artifact.changed': { target: 'Loading', actions: 'forgetFailures' },
        },
      },
    },
  });
}
