import { assign, enqueueActions, sendParent, sendTo, setup, spawnChild } from 'xstate';
import type { CounterName } from '../relays/telemetry.ts';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../src/core/errors.ts';
import type { PluginId } from '../src/core/ids.ts';
import type { Prepared } from '../src/ports/sandbox.ts';
import { artifactWatch } from './artifact-watch.ts';
import { createExecutionMachine, type ExecutionCommand } from './execution.ts';
import { grantRecords } from './grant-audit.ts';
import { limitsOf } from './load-plan.ts';
import { isNarrower } from './narrowing.ts';
import { endOrphans } from './orphans.ts';
import {
  configured,
  entryPaths,
  executionId,
  instantiated,
  isUnchanged,
  judged,
  type LoadReason,
  nextGeneration,
  type PluginContext,
  type PluginInput,
  planOf,
  preparedOf,
  promoted,
  takesConfig,
  takesSnapshot,
  withArtifact,
  without,
} from './plugin-context.ts';
import { errorIn, generationIn, isFrom, type PluginMachineEvent } from './plugin-events.ts';
import { type Opening, openArtifact, prepareCode } from './plugin-load.ts';
import { statusOf, stepOf, type Whereabouts } from './plugin-status.ts';
import type { ActorPorts } from './ports.ts';

/** Bundling hundreds of scripts at once takes its time. */
const verifyDeadlineMs = 60_000;
/** The sandbox caps each translation itself; this leaves room to queue behind others. */
const prepareDeadlineMs = 120_000;

export type PluginVocabulary = ReturnType<typeof pluginVocabulary>;

/** Everything the plugin machine can do, check and wait for, by name. */
export function pluginVocabulary(ports: ActorPorts) {
  const { clock, counters, mailboxes, opened, publishers, random } = ports;

  return setup({
    types: {
      input: {} as PluginInput,
      context: {} as PluginContext,
      events: {} as PluginMachineEvent,
    },
    actors: {
      artifactWatch: artifactWatch(ports),
      openArtifact: openArtifact(ports),
      prepareCode: prepareCode(ports),
      execution: createExecutionMachine(ports),
    },
    delays: {
      verifyDeadline: verifyDeadlineMs,
      prepareDeadline: prepareDeadlineMs,
      backoff: ({ context }) => (context.verdict?.decision === 'restart' ? context.verdict.delayMs : 0),
    },
    guards: {
      isEnabled: ({ context }) => context.assignment.entry.enabled,
      isLeaving: ({ context }) => context.retiring.length > 0,
      isGone: ({ context }) => context.retiring.length === 0,
      isFromServing: ({ context, event }) => isFrom(context.serving, event),
      isFromCandidate: ({ context, event }) => isFrom(context.candidate, event),
      isSnapshot: ({ context, event }) => isFrom(context.serving, event) && 'snapshot' in event,
      isWithheld: ({ context, event }) => isFrom(context.serving, event) && errorIn(event) !== undefined,
      mayOutlive: ({ context, event }) =>
        isFrom(context.serving, event) && context.assignment.entry.onReloadFailure === 'keep',
      isRefused: ({ context }) => context.candidate?.resolution.outcome === 'refused',
      isUnchanged: ({ context }) => isUnchanged(context),
      takesConfig: ({ context, event }) => 'assignment' in event && takesConfig(context, event.assignment),
      narrows: ({ context, event }) =>
        'assignment' in event && !!context.serving && isNarrower(context.serving.plan, event.assignment),
      isDegraded: ({ context }) => context.degraded !== undefined,
      stopsOnReloadFailure: ({ context }) => context.assignment.entry.onReloadFailure === 'stop',
      isPending: ({ context }) => context.verdict?.decision === 'approval',
      mayRestart: ({ context }) => context.verdict?.decision === 'restart',
      isMet: ({ event }) => errorIn(event) === undefined,
      isUnmet: ({ event }) => errorIn(event) !== undefined,
      isFound: ({ context, event }) =>
        context.error?.code === 'DEPENDENCY_MISSING' && errorIn(event) === undefined,
    },
    actions: {
      announce: sendParent(({ context }, where: Whereabouts) => ({
        type: 'plugin.status',
        status: statusOf(context, where),
      })),
      announceStep: sendParent(({ context }, step: string) => ({
        type: 'plugin.status',
        status: statusOf(context, stepOf(context, step)),
      })),
      tellStopped: sendParent(({ context }) => ({ type: 'plugin.stopped', id: context.id })),
      /** Asks the manager whether what the plugin depends on is there. */
      tellVerified: enqueueActions(({ context: { id, candidate }, enqueue }) => {
        if (candidate?.resolution.outcome !== 'resolved') return;
        const { version, dependencies = [] } = candidate.artifact.manifest;
        enqueue(sendParent({ type: 'plugin.verified', id, verified: { version, dependencies } }));
      }),

      because: assign({ reason: (_, reason: LoadReason) => reason }),
      assign: assign({
        assignment: ({ context, event }) => ('assignment' in event ? event.assignment : context.assignment),
      }),
      explain: assign({
        message: ({ event }) => ('message' in event ? event.message : errorIn(event)?.message),
      }),
      hush: assign({ message: undefined }),
      enterState: assign({ since: () => clock.now() }),
      enterReady: assign({ readySince: () => clock.now() }),
      startClock: assign({ loadStartedAt: () => clock.now() }),
      fail: assign({ error: ({ event }) => errorIn(event) }),
      failThrown: assign({ error: (_, { thrown }: { thrown: unknown }) => toErrorRecord(thrown) }),
      failRefused: assign({
        error: ({ context }) =>
          context.candidate?.resolution.outcome === 'refused'
            ? context.candidate.resolution.error
            : context.error,
      }),
      failOverdue: assign({
        error: ({ context }, step: string) =>
          new SignalboxError(
            'PREPARE_DEADLINE',
            `Plugin "${context.id}" was not done with ${step} in time`,
          ).toRecord(),
      }),
      judge: assign(({ context }) => judged(context, clock.now(), random())),
      forgetFailures: assign({ failures: [] }),
      forgetTrouble: assign({ error: undefined, degraded: undefined, verdict: undefined }),
      degrade: assign({
        degraded: ({ context }) =>
          context.error ? { error: context.error, by: 'reload' as const } : undefined,
        error: undefined,
      }),
      mend: assign({ degraded: undefined }),

      keepArtifact: enqueueActions(({ context, enqueue }, opening: Opening) => {
        const { artifact, standing } = opening;
        enqueue.assign(withArtifact(context, opening));
        enqueue(() => opened.set(context.id, { artifact, waiting: standing.waiting }));
      }),
      keepPrepared: assign(({ context }, prepared: Prepared) => ({
        candidate: context.candidate && {
          ...context.candidate,
          prepared,
          generation: nextGeneration(context.generations),
        },
        generations: nextGeneration(context.generations),
      })),
      keepInstance: assign(({ context, event }) => instantiated(context, event)),
      keepConfigured: assign(({ context, event }) => configured(context, event)),
      startExecution: spawnChild('execution', {
        id: ({ context }) => executionId(context.generations),
        input: ({ context }) => ({
          plan: planOf(context),
          prepared: preparedOf(context),
          generation: context.generations,
        }),
      }),
      dropCandidate: enqueueActions(({ context, enqueue }) => {
        const generation = context.candidate?.generation;
        if (generation !== undefined) enqueue.stopChild(executionId(generation));
        enqueue.assign({ candidate: undefined });
      }),
      promote: assign(({ context }) => promoted(context)),
      /** Takes over from one that is gone, and what it died of stays to be seen. */
      succeed: assign(({ context }) => ({
        ...promoted(context),
        degraded: context.error && { error: context.error, by: 'reload' as const },
      })),
      /** Told to close, it does so in its own time; nothing waits for it but Disabled. */
      retireServing: enqueueActions(({ context: { serving, retiring }, enqueue }) => {
        if (serving === undefined) return;
        enqueue.sendTo(executionId(serving.generation), { type: 'execution.close' });
        enqueue.assign({ serving: undefined, retiring: [...retiring, serving.generation] });
      }),
      /** Ends what the instance is at; nothing more is done under grants that are gone. */
      revokeServing: enqueueActions(({ context: { id, serving, retiring }, enqueue }) => {
        if (serving === undefined) return;
        const command = { type: 'execution.revoke', error: revoked(id) } satisfies ExecutionCommand;
        enqueue.sendTo(executionId(serving.generation), command);
        enqueue.assign({ serving: undefined, retiring: [...retiring, serving.generation] });
      }),
      forget: enqueueActions(({ context, event, enqueue }) => {
        const generation = generationIn(event);
        if (generation === undefined) return;
        enqueue.stopChild(executionId(generation));
        enqueue.assign(without(context, generation));
      }),
      endOrphans: ({ event, self }) => {
        if ('actorId' in event) endOrphans(self, event.actorId);
      },
      serve: enqueueActions(({ context: { serving }, enqueue }) => {
        if (serving) enqueue.sendTo(executionId(serving.generation), { type: 'execution.serve' });
      }),
      configureServing: enqueueActions(({ context: { serving, assignment }, enqueue }) => {
        if (!serving) return;
        const command = { type: 'execution.configure', entry: assignment.entry } satisfies ExecutionCommand;
        enqueue.sendTo(executionId(serving.generation), command);
      }),
      pauseServing: enqueueActions(({ context, enqueue }) => {
        if (!context.serving) return;
        const command = {
          type: 'execution.pause',
          takesSnapshot: takesSnapshot(context),
        } satisfies ExecutionCommand;
        enqueue.sendTo(executionId(context.serving.generation), command);
      }),
      restoreCandidate: enqueueActions(({ context: { candidate }, event, enqueue }) => {
        if (candidate?.generation === undefined || !('snapshot' in event) || !event.snapshot) return;
        const command = { type: 'execution.restore', snapshot: event.snapshot } satisfies ExecutionCommand;
        enqueue.sendTo(executionId(candidate.generation), command);
      }),

      watchEntry: assign({ watchPaths: ({ context }) => entryPaths(context) }),
      watchNothing: assign({ watchPaths: [] }),
      watch: sendTo('watch', ({ context }) => ({ type: 'watch.set', paths: context.watchPaths })),

      openMailbox: ({ context }) => {
        const mailbox = mailboxes.of(context.id);
        mailbox.capacity = limitsOf(context.assignment, context.serving?.plan.artifact).mailbox_calls;
        mailbox.open();
      },
      closeMailbox: ({ context }) => {
        mailboxes.of(context.id).close(() => notReady(context));
      },
      audit: ({ context }) => {
        for (const record of grantRecords(context, clock.now())) publishers.audit(record);
      },
      count: ({ context }, name: CounterName) => counters.count(name, context.id),
      clockLoad: ({ context }, name: 'load' | 'reload') =>
        counters.duration(name, context.id, clock.now() - context.loadStartedAt),
    },
  });

  function notReady({ id, error, message }: PluginContext): ErrorRecord {
    const why = error?.message ?? message ?? 'it is disabled';
    return new SignalboxError('PLUGIN_NOT_READY', `Plugin "${id}" takes no calls: ${why}`, {
      ...(error?.hint !== undefined && { hint: error.hint }),
      ...(error && { details: { code: error.code } }),
    }).toRecord();
  }
}

function revoked(id: PluginId): ErrorRecord {
  const message = `Plugin "${id}" lost a permission while it was called`;
  return new SignalboxError('CALL_ABORTED', message, {
    hint: 'Call again: it is loaded anew with the permissions it has left',
  }).toRecord();
}
