import { initialManagerContext } from './manager-context.ts';
import { managerVocabulary } from './manager-vocabulary.ts';
import type { ActorPorts } from './ports.ts';

/** Owns every plugin actor, carries out config replays, and alone tells the status relay. */
export function createManagerMachine(ports: ActorPorts) {
  return managerVocabulary(ports).createMachine({
    id: 'manager',
    context: initialManagerContext,
    invoke: [
      {
        id: 'config',
        src: 'config',
        onError: { actions: { type: 'reportConfigFault', params: ({ event }) => ({ thrown: event.error }) } },
      },
      { id: 'discovery', src: 'discovery', onError: { actions: ['loseDiscovery', 'showFound'] } },
    ],
    on: {
      'config.replay': { actions: 'forwardToConfig' },
      'config.replayed': [
        {
          guard: 'isSafeMode',
          target: '.SafeMode',
          actions: ['switchDiscovery', 'apply', 'checkDependencies', 'showFound'],
        },
        { target: '.Running', actions: ['switchDiscovery', 'apply', 'checkDependencies', 'showFound'] },
      ],
      'plugins.discovered': { actions: ['keepFound', 'showFound'] },
      'plugin.status': { guard: 'isNews', actions: 'keepStatus' },
      'plugin.verified': { guard: 'isLive', actions: ['keepVerified', 'checkDependencies'] },
      'plugin.stopped': { guard: 'isLeaving', actions: ['reap', 'forgetStatus', 'showFound'] },
      'plugin.reload': [{ guard: 'isLive', actions: 'forwardToPlugin' }, { actions: 'revive' }],
      'plugin.retry': [{ guard: 'isLive', actions: 'forwardToPlugin' }, { actions: 'revive' }],
      'runtime.stop': '.Stopping',
      'xstate.error.actor.*': { actions: 'bury' },
    },
    initial: 'Starting',
    states: {
      Starting: { on: { 'config.absent': { target: 'Running', actions: 'publishBoard' } } },
      Running: {},
      SafeMode: {},
      Stopping: {
        entry: 'dismissAll',
        on: {
          'config.replay': {},
          'config.replayed': {},
          'plugins.discovered': {},
          'plugin.reload': {},
          'plugin.retry': {},
          'runtime.stop': {},
          'plugin.stopped': { guard: 'isLeaving', actions: 'strikeOff' },
        },
        always: { guard: 'isNobodyLeft', target: 'Stopped' },
        after: { stopDeadline: 'Stopped' },
      },
      Stopped: { type: 'final' },
    },
  });
}
