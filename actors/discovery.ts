import { assign, fromCallback, fromPromise, sendParent, sendTo, setup } from 'xstate';
import { type ErrorRecord, SignalboxError, toErrorRecord } from '../src/core/errors.ts';
import { isSearchedFolder, manifestName, searchedLevels } from '../src/manifest/plugin-folders.ts';
import type { FoundPlugins } from '../src/ports/plugin-folders.ts';
import type { WatchCommand } from './artifact-watch.ts';
import type { ActorPorts } from './ports.ts';

/** A thousand folders take a fraction of a second on a local disk; a network drive may take its time. */
const lookDeadlineMs = 10_000;

export type DiscoveryCommand =
  /** Looks in this folder, an absolute path, now and whenever a manifest in it changes. */
  { readonly type: 'discovery.start'; readonly folder: string } | { readonly type: 'discovery.stop' };

/** All that is known now; a look that failed keeps the plugins of the one before. */
export interface DiscoveryNews {
  readonly type: 'plugins.discovered';
  readonly found: FoundPlugins;
}

export type DiscoveryEvent =
  | DiscoveryCommand
  | { readonly type: 'manifest.changed' }
  | { readonly type: 'folder.unwatchable'; readonly error: ErrorRecord };

export interface DiscoveryContext {
  readonly folder: string;
  readonly found: FoundPlugins;
  /** Why changes may go unnoticed. */
  readonly watchProblem: ErrorRecord | undefined;
}

const nothingFound: FoundPlugins = { plugins: [], problems: [] };

/** Looks for plugin folders beside the config while it is told to, and tells its parent what lies there. */
export function createDiscoveryMachine(
  ports: Pick<ActorPorts, 'pluginFolders' | 'fileWatcher' | 'artifactDebounceMs'>,
) {
  return setup({
    types: { context: {} as DiscoveryContext, events: {} as DiscoveryEvent },
    actors: {
      look: fromPromise<FoundPlugins, string>(({ input, signal }) => ports.pluginFolders.find(input, signal)),
      watchManifests: watchManifests(ports),
    },
    delays: { lookDeadline: lookDeadlineMs },
    actions: {
      aim: assign(({ context, event }) =>
        event.type === 'discovery.start' ? { folder: event.folder } : context,
      ),
      watch: sendTo('watch', ({ context }) => ({ type: 'watch.set', paths: [context.folder] })),
      watchNothing: sendTo('watch', { type: 'watch.set', paths: [] }),
      forget: assign({ found: nothingFound, watchProblem: undefined }),
      keep: assign((_, found: FoundPlugins) => ({ found })),
      keepProblem: assign(({ context }, problem: ErrorRecord) => ({
        found: { plugins: context.found.plugins, problems: [problem] },
      })),
      keepWatchProblem: assign((_, watchProblem: ErrorRecord) => ({ watchProblem })),
      tell: sendParent(({ context }) => newsOf(context)),
    },
  }).createMachine({
    id: 'discovery',
    context: { folder: '', found: nothingFound, watchProblem: undefined },
    invoke: {
      id: 'watch',
      src: 'watchManifests',
      onError: {
        actions: [
          { type: 'keepWatchProblem', params: ({ event }) => toErrorRecord(event.error, 'WATCH_FAILED') },
          'tell',
        ],
      },
    },
    on: {
      'discovery.start': { target: '.Looking', actions: ['aim', 'watch'] },
      'discovery.stop': { target: '.Off', actions: ['watchNothing', 'forget', 'tell'] },
      'folder.unwatchable': {
        actions: [{ type: 'keepWatchProblem', params: ({ event }) => event.error }, 'tell'],
      },
    },
    initial: 'Off',
    states: {
      Off: {},
      Looking: {
        invoke: {
          src: 'look',
          input: ({ context }) => context.folder,
          onDone: {
            target: 'Watching',
            actions: [{ type: 'keep', params: ({ event }) => event.output }, 'tell'],
          },
          onError: {
            target: 'Watching',
            actions: [
              { type: 'keepProblem', params: ({ event }) => toErrorRecord(event.error, 'DISCOVERY_FAILED') },
              'tell',
            ],
          },
        },
        after: {
          lookDeadline: {
            target: 'Watching',
            actions: [{ type: 'keepProblem', params: ({ context }) => lookOverdue(context.folder) }, 'tell'],
          },
        },
        // What is being looked at may be older than the change.
        on: { 'manifest.changed': { target: 'Looking', reenter: true } },
      },
      Watching: { on: { 'manifest.changed': 'Looking' } },
    },
  });
}

/** Holds the watch; gone with the actor. */
function watchManifests({
  fileWatcher,
  artifactDebounceMs,
}: Pick<ActorPorts, 'fileWatcher' | 'artifactDebounceMs'>) {
  return fromCallback<WatchCommand>(({ sendBack, receive }) => {
    let watch: AsyncDisposable | undefined;
    const end = () => void watch?.[Symbol.asyncDispose]();

    receive(({ paths }) => {
      end();
      watch =
        paths.length === 0
          ? undefined
          : fileWatcher.watch({
              paths,
              only: { name: manifestName, levels: searchedLevels, isSearchedFolder },
              debounceMs: artifactDebounceMs,
              onChange: () => sendBack({ type: 'manifest.changed' }),
              onError: (error) => sendBack({ type: 'folder.unwatchable', error }),
            });
    });
    return end;
  });
}

function newsOf({ found, watchProblem }: DiscoveryContext): DiscoveryNews {
  const { plugins, problems } = found;
  return {
    type: 'plugins.discovered',
    found: { plugins, problems: watchProblem ? [...problems, watchProblem] : problems },
  };
}

function lookOverdue(folder: string): ErrorRecord {
  const message = `Looking for plugins in "${folder}" took longer than ${lookDeadlineMs / 1_000} s`;
  return new SignalboxError('DISCOVERY_FAILED', message, {
    hint: 'Move the config file closer to the plugins, or set auto_discover = false',
  }).toRecord();
}
