import { assign, enqueueActions, setup } from 'xstate';
import type { PluginStatus } from '../relays/plugin-status.ts';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';
import { createConfigMachine } from './config.ts';
import { createDiscoveryMachine } from './discovery.ts';
import { foundChanges, withFound } from './found-plugins.ts';
import {
  actorIdOf,
  applied,
  brokenActor,
  dependentsOf,
  dismissed,
  type ManagerContext,
  type ManagerEvent,
  pluginIn,
  reaped,
  unmetOf,
  withStatus,
} from './manager-context.ts';
import { endOrphans } from './orphans.ts';
import { folderOf } from './paths.ts';
import { createPluginMachine } from './plugin.ts';
import type { PluginCommand } from './plugin-events.ts';
import { isSameStatus } from './plugin-status.ts';
import type { ActorPorts } from './ports.ts';
import { assignmentsOf, reconcile } from './reconcile.ts';

/** Plugins shut down side by side; each has its own, shorter deadlines. */
const stopDeadlineMs = 15_000;

const disabledMessage = 'Disabled in the config';
const safeModeMessage = 'Safe mode is on: nothing is loaded';
const removedMessage = 'Removed from the config';
const closedMessage = 'The runtime was closed';

/** Everything the manager machine can do, check and wait for, by name. */
export function managerVocabulary(ports: ActorPorts) {
  const { clock, mailboxes, opened, publishers } = ports;

  return setup({
    types: { context: {} as ManagerContext, events: {} as ManagerEvent },
    actors: {
      config: createConfigMachine(ports),
      discovery: createDiscoveryMachine(ports),
      plugin: createPluginMachine(ports),
    },
    delays: { stopDeadline: stopDeadlineMs },
    guards: {
      isSafeMode: ({ event }) => event.type === 'config.replayed' && event.document.settings.safeMode,
      isLive: ({ context, event }) => isLive(context, event),
      isLeaving: ({ context, event }) => event.type === 'plugin.stopped' && context.leaving.has(event.id),
      isNews: ({ context, event }) =>
        event.type === 'plugin.status' &&
        isLive(context, event) &&
        !context.rejected.has(event.status.id) &&
        !isSameStatus(context.statuses.get(event.status.id), event.status),
      isNobodyLeft: ({ context }) => context.leaving.size === 0,
    },
    actions: {
      /** Carries a document out: every plugin that it changes hears of it, the others do not. */
      apply: enqueueActions(({ context, event, enqueue }) => {
        if (event.type !== 'config.replayed') return;
        const { document } = event;
        const plan = reconcile(context.plugins, context.leaving, document);
        const message = document.settings.safeMode ? safeModeMessage : disabledMessage;
        enqueue.assign(({ spawn }) => {
          // In one assign: each spawnChild would copy the table of children.
          for (const assignment of plan.start) {
            const { id, enabled } = assignment.entry;
            spawn('plugin', { id: actorIdOf(id), input: { assignment, ...(!enabled && { message }) } });
          }
          return applied(context, document, plan, clock.now());
        });
        enqueue(({ context: after }) => publishBoard(after));
        for (const rejection of plan.reject) {
          enqueue(({ context: after }) => publishBoard(after, after.statuses.get(rejection.id)));
          enqueue(() => mailboxes.of(rejection.id).close(() => notReady(rejection.id, rejection.error)));
        }
        const tell = (id: PluginId, command: PluginCommand) => enqueue.sendTo(actorIdOf(id), command);
        for (const assignment of plan.enable)
          tell(assignment.entry.id, { type: 'plugin.enable', assignment });
        for (const assignment of plan.disable)
          tell(assignment.entry.id, { type: 'plugin.disable', assignment, message });
        for (const assignment of plan.replace)
          tell(assignment.entry.id, { type: 'plugin.replace', assignment });
        for (const assignment of plan.configure)
          tell(assignment.entry.id, { type: 'plugin.configure', assignment });
        const rejections = new Map(plan.reject.map(({ id, error }) => [id, error]));
        for (const { id, assignment } of dismissed(context, plan.remove)) {
          const why = rejections.get(id)?.message ?? removedMessage;
          tell(id, { type: 'plugin.disable', assignment, message: why });
        }
      }),
      /** Tells plugins whether what they depend on is there: who just asked, and who depends on that one. */
      checkDependencies: enqueueActions(({ context, event, enqueue }) => {
        const id = event.type === 'plugin.verified' ? event.id : undefined;
        for (const dependent of new Set([...(id === undefined ? [] : [id]), ...dependentsOf(context, id)])) {
          const error = unmetOf(context, dependent);
          enqueue.sendTo(actorIdOf(dependent), { type: 'plugin.dependencies', ...(error && { error }) });
        }
      }),
      keepVerified: assign({
        verified: ({ context, event }) =>
          event.type === 'plugin.verified'
            ? new Map(context.verified).set(event.id, event.verified)
            : context.verified,
      }),
      publishBoard: ({ context }) => publishBoard(context),
      keepStatus: enqueueActions(({ context, event, enqueue }) => {
        if (event.type !== 'plugin.status') return;
        enqueue.assign(withStatus(context, event.status));
        enqueue(({ context: after }) => publishBoard(after, event.status));
      }),

      /** Discovery works while the document asks for it; comes before `apply`, which replaces the one before. */
      switchDiscovery: enqueueActions(({ context, event, enqueue }) => {
        if (event.type !== 'config.replayed') return;
        const { file, settings } = event.document;
        if (settings.autoDiscover === (context.document?.settings.autoDiscover ?? false)) return;
        enqueue.sendTo(
          'discovery',
          settings.autoDiscover
            ? { type: 'discovery.start', folder: folderOf(file) }
            : { type: 'discovery.stop' },
        );
      }),
      keepFound: enqueueActions(({ context, event, enqueue }) => {
        if (event.type !== 'plugins.discovered') return;
        const { found } = event;
        enqueue.assign({ found });
        if (isSameProblems(context.found.problems, found.problems)) return;
        enqueue(({ context: after }) => publishBoard(after));
      }),
      showFound: enqueueActions(({ context, enqueue }) => {
        const changes = foundChanges(context, clock.now());
        if (changes.length === 0) return;
        enqueue.assign({ statuses: withFound(context, changes) });
        for (const status of changes) enqueue(({ context: after }) => publishBoard(after, status));
      }),
      /** Its machine broke, which it should never do; plugins of the config go on without it. */
      loseDiscovery: enqueueActions(({ event, enqueue, self }) => {
        if (!('actorId' in event)) return;
        enqueue.assign({ found: { plugins: [], problems: [brokenActor(event)] } });
        enqueue(({ context: after }) => publishBoard(after));
        enqueue(() => endOrphans(self, event.actorId));
      }),

      forwardToConfig: enqueueActions(({ event, enqueue }) => {
        if (event.type === 'config.replay') enqueue.sendTo('config', event);
      }),
      forwardToPlugin: enqueueActions(({ event, enqueue }) => {
        if (event.type === 'plugin.reload' || event.type === 'plugin.retry') {
          enqueue.sendTo(actorIdOf(event.id), { type: event.type });
        }
      }),
      /** A plugin whose actor broke starts over when somebody asks for it. */
      revive: enqueueActions(({ context, event, enqueue }) => {
        const assignments = context.document ? assignmentsOf(context.document) : [];
        const assignment = assignments.find(({ entry }) => entry.id === pluginIn(event));
        if (assignment === undefined) return;
        enqueue.assign({ plugins: new Map(context.plugins).set(assignment.entry.id, assignment) });
        enqueue.spawnChild('plugin', { id: actorIdOf(assignment.entry.id), input: { assignment } });
      }),
      reap: enqueueActions(({ context, event, enqueue }) => {
        const id = pluginIn(event);
        if (id === undefined) return;
        enqueue.stopChild(actorIdOf(id));
        enqueue.assign(reaped(context, id));
      }),
      /** Enough while everything ends: the actors go with the manager. */
      strikeOff: assign({
        leaving: ({ context, event }) => {
          const id = pluginIn(event);
          return new Set([...context.leaving].filter((each) => each !== id));
        },
      }),
      forgetStatus: enqueueActions(({ context, event, enqueue }) => {
        const id = pluginIn(event);
        if (id === undefined || context.rejected.has(id)) return;
        const gone: PluginStatus = { id, state: 'Disabled', since: clock.now(), message: removedMessage };
        enqueue.assign({ statuses: new Map([...context.statuses].filter(([each]) => each !== id)) });
        enqueue(({ context: after }) => publishBoard(after, gone));
        enqueue(() => mailboxes.remove(id, () => unknownPlugin(id)));
        enqueue(() => opened.remove(id));
      }),
      /** The actor broke, which its machine should never let happen: an Error of that plugin alone. */
      bury: enqueueActions(({ context, event, enqueue, self }) => {
        const id = pluginIn(event);
        if (id === undefined || !('actorId' in event)) return;
        const error = brokenActor(event);
        const status: PluginStatus = {
          id,
          state: 'Error',
          phase: 'quarantined',
          since: clock.now(),
          message: error.message,
          error,
        };
        enqueue.assign({ ...reaped(context, id), ...withStatus(context, status) });
        enqueue(({ context: after }) => publishBoard(after, status));
        enqueue(() => mailboxes.of(id).close(() => notReady(id, error)));
        enqueue(() => endOrphans(self, event.actorId));
        enqueue.stopChild(event.actorId);
      }),
      reportConfigFault: (_, { thrown }: { thrown: unknown }) => {
        publishers.pluginsConfigReplay({ phase: 'invalid', problem: toErrorRecord(thrown) });
      },
      dismissAll: enqueueActions(({ context, enqueue }) => {
        enqueue.assign({ leaving: new Set(context.plugins.keys()) });
        for (const { id, assignment } of dismissed(context, [...context.plugins.keys()])) {
          enqueue.sendTo(actorIdOf(id), { type: 'plugin.disable', assignment, message: closedMessage });
        }
      }),
    },
  });

  function publishBoard({ statuses, found }: ManagerContext, changed?: PluginStatus): void {
    publishers.pluginStatus({
      phase: 'known',
      plugins: statuses,
      ...(changed && { changed }),
      ...(found.problems.length > 0 && { discoveryProblems: found.problems }),
    });
  }
}

function isLive({ plugins }: ManagerContext, event: ManagerEvent): boolean {
  const id = pluginIn(event);
  return id !== undefined && plugins.has(id);
}

function isSameProblems(last: readonly ErrorRecord[], next: readonly ErrorRecord[]): boolean {
  return last.length === next.length && next.every(({ message }, index) => message === last[index]?.message);
}

function notReady(id: PluginId, { code, message }: ErrorRecord): ErrorRecord {
  return new SignalboxError('PLUGIN_NOT_READY', `Plugin "${id}" takes no calls: ${message}`, {
    details: { code },
  }).toRecord();
}

function unknownPlugin(id: PluginId): ErrorRecord {
  return new SignalboxError('PLUGIN_UNKNOWN', `Plugin "${id}" was removed from the config`).toRecord();
}
