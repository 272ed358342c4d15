import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { firstValueFrom, type Observable } from 'rxjs';
import type { Manager } from '../actors/start-manager.ts';
import type { ConfigReplay } from '../relays/config-replay.ts';
import { loadingBoard, type PluginStatus, type StatusBoard } from '../relays/plugin-status.ts';
import { inCallSpan } from './call-spans.ts';
import type { ConfigEdit } from './config/edit.ts';
import { SignalboxError } from './core/errors.ts';
import { isPluginId, type PluginId } from './core/ids.ts';
import type { CallOptions, Plugins, RemoveOptions } from './options.ts';
import { removeWritten, writePlugin } from './packages/write-plugin.ts';
import { describePlugin } from './plugin-about.ts';
import type { Artifacts } from './ports/artifacts.ts';
import type { CallOutcome } from './ports/sandbox.ts';
import { decidedStatus, nextBoard } from './status-wait.ts';

/** Where registered plugins are written, from the config's own folder. */
const pluginsFolder = 'plugins';

interface PluginsInput {
  readonly manager: Manager;
  readonly edit: (change: ConfigEdit) => Promise<unknown>;
  readonly artifacts: Artifacts;
  /** Where relative paths of the config start. */
  readonly baseFolder: string;
  readonly status$: Observable<StatusBoard>;
  readonly config$: Observable<ConfigReplay>;
  /** Aborted when the runtime closes. */
  readonly closed: AbortSignal;
}

/** The commands hosts give, each resolved by the status that answers it. */
export function createPlugins({
  manager,
  edit,
  artifacts,
  baseFolder,
  status$,
  config$,
  closed,
}: PluginsInput): Plugins {
  let board = loadingBoard;
  status$.subscribe((next) => {
    board = next;
  });

  const known = (id: string): PluginId => {
    closed.throwIfAborted();
    if (isPluginId(id) && board.plugins.has(id)) return id;
    throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(id)}`, {
      hint: `The config names ${[...board.plugins.keys()].join(', ') || 'no plugin'}`,
    });
  };
  /** An entry names it, so there is something to drive. */
  const configured = (id: string): PluginId => {
    const pluginId = known(id);
    const foundIn = board.plugins.get(pluginId)?.foundIn;
    if (foundIn === undefined) return pluginId;
    throw notInConfig(pluginId, foundIn);
  };
  const isConfigured = (id: PluginId): boolean => {
    const status = board.plugins.get(id);
    return status !== undefined && status.foundIn === undefined;
  };
  const decided = (id: PluginId): Promise<PluginStatus> => decidedStatus(status$, id, closed);
  const setEnabled = async (id: PluginId, enabled: boolean): Promise<PluginStatus> => {
    const status = board.plugins.get(id);
    if (status?.foundIn === undefined) await edit({ change: 'set-enabled', id, enabled });
    else if (enabled) await edit({ change: 'add-entry', id, artifactPath: status.foundIn, enabled: true });
    return decided(id);
  };

  return {
    list: () => [...board.plugins.values()],
    get: (id) => (isPluginId(id) ? board.plugins.get(id) : undefined),
    about: async (id) => {
      const status = board.plugins.get(known(id));
      if (status) return describePlugin(status, { artifacts, baseFolder, config$, closed });
      throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(id)}`);
    },
    call: (id, exportName, args = [], options: CallOptions = {}) =>
      inCallSpan(id, exportName, async () =>
        answerOf(
          await manager.call(configured(id), { export: exportName, args, ...options }),
          id,
          exportName,
        ),
      ),
    enable: async (id) => setEnabled(known(id), true),
    disable: async (id) => setEnabled(known(id), false),
    reload: async (id) => {
      manager.reload(configured(id));
      return decided(known(id));
    },
    retry: async (id) => {
      manager.retry(configured(id));
      return decided(known(id));
    },
    register: async (upload) => {
      closed.throwIfAborted();
      const { id, folder } = await writePlugin(upload, join(baseFolder, pluginsFolder), artifacts, closed);
      try {
        await edit({ change: 'add-entry', id, artifactPath: registeredPath(id), enabled: false });
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error instanceof SignalboxError && isConfigured(id) ? alreadyThere(id, error) : error;
      }
      await nextBoard(status$, () => isConfigured(id), closed);
      return decided(id);
    },
    remove: async (id, { withArtifact = false }: RemoveOptions = {}) => {
      const pluginId = configured(id);
      if (withArtifact) requireRegistered(pluginId, await firstValueFrom(config$));
      await edit({ change: 'remove-entry', id: pluginId });
      await nextBoard(status$, () => !isConfigured(pluginId), closed);
      if (withArtifact) await removeWritten(join(baseFolder, registeredPath(pluginId)));
    },
    waiting: (id) => (isPluginId(id) ? manager.waiting(id) : 0),
  };
}

/** As entries of registered plugins spell it. */
function registeredPath(id: PluginId): string {
  return `${pluginsFolder}/${id}`;
}

/** Files that somebody put anywhere else are theirs to remove. */
function requireRegistered(id: PluginId, replay: ConfigReplay): void {
  const entries = replay.phase === 'known' ? replay.document.entries : [];
  const path = registeredPath(id);
  const named = entries.filter(({ artifactPath }) => artifactPath === path).map((entry) => entry.id);
  if (named.length === 1 && named[0] === id) return;
  const others = named.filter((each) => each !== id);
  const reason =
    others.length > 0 ? `"${others[0]}" names it too` : `it is not at "${path}", where registered ones are`;
  throw new SignalboxError(
    'ARGUMENT_INVALID',
    `The artifact of plugin "${id}" cannot be removed: ${reason}`,
    {
      hint: 'Remove its entry alone, and its files by hand',
    },
  );
}

function alreadyThere(id: PluginId, cause: SignalboxError): SignalboxError {
  return new SignalboxError('PLUGIN_EXISTS', `The config has an entry with the id "${id}" already`, {
    hint: 'Remove that entry first, or give the plugin another id',
    cause,
  });
}

function notInConfig(id: PluginId, foundIn: string): SignalboxError {
  const entry = `[[plugins.entries]] with id = ${JSON.stringify(id)} and artifact_path = ${JSON.stringify(foundIn)}`;
  return new SignalboxError(
    'PLUGIN_NOT_READY',
    `Plugin "${id}" was found in "${foundIn}", but no entry names it`,
    {
      hint: `Enable it, or add ${entry} to the config`,
    },
  );
}

function answerOf(outcome: CallOutcome, id: string, exportName: string): unknown {
  switch (outcome.outcome) {
    case 'returned':
      return outcome.value;
    case 'refused':
      throw new SignalboxError('PLUGIN_REFUSED', `Plugin "${id}" refused the call of "${exportName}"`, {
        details: { error: outcome.error },
      });
    case 'rejected':
    case 'failed':
      throw SignalboxError.fromRecord(outcome.error);
  }
}
