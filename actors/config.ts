import { enqueueActions, fromCallback, fromPromise, sendParent, setup } from 'xstate';
import type { ConfigDocument } from '../src/config/document.ts';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../src/core/errors.ts';
import type { ConfigFile, ConfigReading } from '../src/ports/config-file.ts';
import { judgeReading, type KnownConfig } from './config-reading.ts';
import type { ActorPorts } from './ports.ts';

const readDeadlineMs = 10_000;

export type ConfigCommand =
  /** The document an edit of ours gave. */
  { readonly type: 'config.replay'; readonly document: ConfigDocument };

type ConfigEvent =
  | ConfigCommand
  | { readonly type: 'file.changed' }
  | { readonly type: 'file.unwatchable'; readonly error: ErrorRecord };

/** Reads the config file at the start and after each foreign edit, and alone publishes config replays. */
export function createConfigMachine(ports: ActorPorts) {
  const { configFile, counters, publishers } = ports;

  return setup({
    types: { context: {} as KnownConfig, events: {} as ConfigEvent },
    actors: {
      readFile: fromPromise<ConfigReading>(({ signal }) => configFile.read(signal)),
      watchFile: watchFile(configFile),
    },
    delays: { readDeadline: readDeadlineMs },
    actions: {
      take: enqueueActions(({ context, enqueue }, reading: ConfigReading) => {
        const verdict = judgeReading(context, reading);
        const { known, replay, tell } = verdict;
        enqueue.assign(known);
        enqueue(() => {
          for (const name of verdict.counters) counters.count(name);
          if (replay) publishers.pluginsConfigReplay(replay);
        });
        if (tell) enqueue(sendParent(tell));
      }),
    },
  }).createMachine({
    id: 'config',
    context: { document: undefined, problem: undefined },
    invoke: {
      src: 'watchFile',
      onError: {
        actions: {
          type: 'take',
          params: ({ event }) => ({
            outcome: 'invalid',
            error: toErrorRecord(event.error, 'CONFIG_UNREADABLE'),
          }),
        },
      },
    },
    on: {
      'config.replay': {
        actions: { type: 'take', params: ({ event }) => ({ outcome: 'document', document: event.document }) },
      },
      'file.unwatchable': {
        actions: { type: 'take', params: ({ event }) => ({ outcome: 'invalid', error: event.error }) },
      },
    },
    initial: 'Reading',
    states: {
      Reading: {
        invoke: {
          src: 'readFile',
          onDone: { target: 'Watching', actions: { type: 'take', params: ({ event }) => event.output } },
          onError: {
            target: 'Watching',
            actions: {
              type: 'take',
              params: ({ event }) => ({
                outcome: 'invalid',
                error: toErrorRecord(event.error, 'CONFIG_UNREADABLE'),
              }),
            },
          },
        },
        after: {
          readDeadline: {
            target: 'Watching',
            actions: {
              type: 'take',
              params: () => ({ outcome: 'invalid', error: readOverdue(configFile.file) }),
            },
          },
        },
        on: {
          'file.changed': { target: 'Reading', reenter: true },
          // What is being read may be older than the edit: look again.
          'config.replay': {
            target: 'Reading',
            reenter: true,
            actions: {
              type: 'take',
              params: ({ event }) => ({ outcome: 'document', document: event.document }),
            },
          },
        },
      },
      Watching: { on: { 'file.changed': 'Reading' } },
    },
  });
}

function watchFile(configFile: ConfigFile) {
  return fromCallback<ConfigEvent>(({ sendBack }) => {
    const watch = configFile.watch(
      () => sendBack({ type: 'file.changed' }),
      (error) => sendBack({ type: 'file.unwatchable', error }),
    );
    return () => void watch[Symbol.asyncDispose]();
  });
}

function readOverdue(file: string): ErrorRecord {
  const message = `Reading the config file "${file}" took longer than ${readDeadlineMs / 1_000} s`;
  return new SignalboxError('CONFIG_UNREADABLE', message).toRecord();
}
