import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Observable } from 'rxjs';
import type { InspectionEvent } from 'xstate';
import { type Manager, startManager } from '../actors/start-manager.ts';
import { createRelays } from '../relays/create-relays.ts';
import { readActors } from './actor-readings.ts';
import { createCapabilities } from './capabilities/capabilities.ts';
import type { ConfigDocument } from './config/document.ts';
import type { ConfigEdit } from './config/edit.ts';
import { systemClock } from './core/clock.ts';
import { SignalboxError } from './core/errors.ts';
import { lentConfig } from './lent-config.ts';
import { logToPino } from './logging/pino.ts';
import type { ConfigText, Runtime, RuntimeOptions } from './options.ts';
import { pluginFolders } from './packages/find-plugins.ts';
import { createArtifacts } from './packages/open-artifact.ts';
import { createPermissions } from './permissions.ts';
import { pluginData } from './plugin-data.ts';
import { createPlugins } from './plugins.ts';
import type { ConfigFile } from './ports/config-file.ts';
import type { FileWatcher } from './ports/file-watcher.ts';
import { protectedPathsOf } from './protected-paths.ts';
import { createSandbox } from './sandbox/sandbox.ts';
import { stateFolderOf } from './state-folder.ts';
import { nextBoard } from './status-wait.ts';
import { openConfigFile } from './store/config-file.ts';
import { databaseFile, lazyDatabase } from './store/lazy-database.ts';
import { memoryConfigFile } from './store/memory-config-file.ts';
import { MemoryGrantMemory } from './store/memory-grant-memory.ts';
import { createPluginStorage } from './store/plugin-storage.ts';
import { StoredGrantMemory } from './store/stored-grant-memory.ts';
import { createFileWatcher } from './watch/file-watcher.ts';

/**
 * Starts a runtime over one config file. It returns at once; plugins load in the background and tell `relays.pluginStatus`.
 * A missing or broken file is no error here: `relays.pluginsConfigReplay` says so and goes on when it is mended.
 *
 * @throws `CONFIG_UNREADABLE` when the file exists and cannot be read
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  options.signal?.throwIfAborted();
  const resources = new AsyncDisposableStack();
  const fileWatcher = resources.use(createFileWatcher());
  const configFile = lentConfig(await openConfig(options.config, fileWatcher));
  const { relays, publishers, close: closeRelays } = createRelays();
  resources.defer(closeRelays);
  if (options.logger) logToPino(relays.pluginLog, options.logger);

  const stateFolder =
    options.stateFolder === undefined ? await stateFolderOf(configFile) : resolve(options.stateFolder);
  const database = resources.use(
    lazyDatabase(options.database === 'memory' ? ':memory:' : databaseFile(stateFolder)),
  );
  // A config that lies in no file is gone with the process, and what was decided about it with it.
  const grantMemory =
    typeof options.config === 'string'
      ? resources.use(new StoredGrantMemory(database))
      : new MemoryGrantMemory();
  const data = resources.use(
    pluginData({
      database,
      config$: relays.pluginsConfigReplay,
      clock: systemClock,
      log: publishers.pluginLog,
    }),
  );
  const sandbox = resources.use(
    createSandbox({
      cacheFolder: join(stateFolder, 'prepared'),
      cells: options.cells ?? availableParallelism(),
    }),
  );
  const artifacts = resources.use(createArtifacts());
  const manager = startManager({
    configFile,
    artifacts,
    sandbox,
    fileWatcher,
    pluginFolders,
    grantMemory,
    publishers,
    capabilities: createCapabilities({
      fileWatcher,
      grantMemory,
      clock: systemClock,
      storage: createPluginStorage(data),
      environment: process.env,
      protectedPaths: protectedPathsOf(relays.pluginsConfigReplay, configFile.file, stateFolder),
      publish: {
        event: publishers.pluginEvent,
        log: publishers.pluginLog,
        audit: publishers.audit,
        telemetry: publishers.telemetry,
      },
      ...(options.network && { network: options.network }),
      ...(options.channelSchemas && { channelSchemas: options.channelSchemas }),
      ...(options.hostCapabilities && { hostCapabilities: options.hostCapabilities }),
    }),
    clock: systemClock,
    random: Math.random,
    artifactDebounceMs: options.artifactDebounceMs ?? 50,
  });

  const closing = new AbortController();
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      closing.abort(new SignalboxError('RUNTIME_CLOSED', 'The runtime was closed'));
      await manager.stop();
      await resources.disposeAsync();
    })();
    return closed;
  };
  options.signal?.addEventListener('abort', () => void close(), { once: true });

  const edit = async (change: ConfigEdit): Promise<ConfigDocument> => {
    const document = await configFile.edit(change, closing.signal);
    manager.replay(document);
    return document;
  };
  return {
    relays,
    plugins: createPlugins({
      manager,
      edit,
      artifacts,
      baseFolder: dirname(configFile.file),
      status$: relays.pluginStatus,
      config$: relays.pluginsConfigReplay,
      closed: closing.signal,
    }),
    permissions: createPermissions({
      manager,
      edit,
      config: configFile,
      reread: async () => {
        const reading = await configFile.read(closing.signal);
        if (reading.outcome === 'document') manager.replay(reading.document);
      },
      grantMemory,
      clock: systemClock,
      status$: relays.pluginStatus,
      config$: relays.pluginsConfigReplay,
      closed: closing.signal,
    }),
    config: { file: configFile.file, edit },
    stateFolder,
    actors: () => readActors(manager.actor),
    inspect$: inspectionOf(manager),
    settled: (signal) =>
      nextBoard(
        relays.pluginStatus,
        (board) =>
          board.phase === 'known' &&
          [...board.plugins.values()].every((status) => status.state !== 'Loading'),
        signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
      ),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function openConfig(config: string | ConfigText, watcher: FileWatcher): ConfigFile | Promise<ConfigFile> {
  return typeof config === 'string' ? openConfigFile(resolve(config), watcher) : memoryConfigFile(config);
}

function inspectionOf(manager: Manager): Observable<InspectionEvent> {
  return new Observable((subscriber) => {
    const subscription = manager.actor.system.inspect((event) => subscriber.next(event));
    return () => subscription.unsubscribe();
  });
}
