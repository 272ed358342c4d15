import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import { parsePluginId } from '../core/ids.ts';
import { isSearchedFolder, manifestName, searchedLevels } from '../manifest/plugin-folders.ts';
import type { FoundPlugin, FoundPlugins, PluginFolders } from '../ports/plugin-folders.ts';
import { systemCode } from './artifact-file.ts';
import { readManifest } from './manifest-file.ts';

/** A config beside more folders than this lies where no one keeps plugins by hand; the outermost are searched. */
const maxFolders = 1_000;

/** Finds plugins on disk. Links are not followed, and what lies inside a plugin belongs to that plugin. */
export const pluginFolders: PluginFolders = { find: findPlugins };

async function findPlugins(base: string, signal: AbortSignal): Promise<FoundPlugins> {
  const plugins = new Map<string, FoundPlugin>();
  const problems: ErrorRecord[] = [];
  let searched = 0;
  let level: readonly string[] = ['.'];

  for (let depth = 0; depth <= searchedLevels && level.length > 0; depth++) {
    const below: string[] = [];
    for (const path of level) {
      signal.throwIfAborted();
      if (searched === maxFolders)
        return { plugins: [...plugins.values()], problems: [...problems, tooMany(base)] };
      searched += 1;
      const look = await lookInto(base, path);
      if (look.problem) problems.push(look.problem);
      if (look.plugin) {
        const { id } = look.plugin;
        const first = plugins.get(id);
        if (first) problems.push(foundTwice(id, first.path, path));
        else plugins.set(id, look.plugin);
      }
      below.push(...look.folders);
    }
    level = below;
  }
  return { plugins: [...plugins.values()], problems };
}

interface Look {
  readonly plugin?: FoundPlugin;
  readonly problem?: ErrorRecord;
  /** Folders to search next, from the base. */
  readonly folders: readonly string[];
}

async function lookInto(base: string, path: string): Promise<Look> {
  const folder = join(base, path);
  let entries: readonly Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const unreadable = cannotRead(folder, error);
    if (path === '.') throw unreadable;
    // Gone since its name was read: nothing is wrong with it.
    return { folders: [], ...(systemCode(error) !== 'ENOENT' && { problem: unreadable.toRecord() }) };
  }
  const folders = entries
    .filter((entry) => entry.isDirectory() && isSearchedFolder(entry.name))
    .map(({ name }) => (path === '.' ? name : `${path}/${name}`))
    .sort();
  if (!entries.some((entry) => entry.name === manifestName && entry.isFile())) return { folders };
  return { ...(await lookAt(join(folder, manifestName), path)), folders: path === '.' ? folders : [] };
}

async function lookAt(file: string, path: string): Promise<Pick<Look, 'plugin' | 'problem'>> {
  try {
    const { id, version, description } = await readManifest(file, await lstat(file));
    const plugin = {
      id: parsePluginId(id),
      path,
      version,
      ...(description !== undefined && { description }),
    };
    return { plugin };
  } catch (error) {
    if (error instanceof SignalboxError) return { problem: error.toRecord() };
    return systemCode(error) === 'ENOENT' ? {} : { problem: cannotRead(file, error).toRecord() };
  }
}

/** @throws what is no error of the operating system */
function cannotRead(path: string, error: unknown): SignalboxError {
  const code = systemCode(error);
  if (code === undefined) throw error;
  return new SignalboxError('DISCOVERY_FAILED', `Cannot look for plugins in "${path}": ${code}`, {
    hint: 'Make it readable for the user who runs the host',
    cause: error,
  });
}

function foundTwice(id: string, first: string, second: string): ErrorRecord {
  const message = `Plugin "${id}" was found in "${first}" and again in "${second}"; the first counts`;
  return new SignalboxError('DISCOVERY_FAILED', message, {
    hint: 'Give one of them another id in its plugin.toml',
  }).toRecord();
}

function tooMany(base: string): ErrorRecord {
  const message = `Only the first ${maxFolders} folders below "${base}" were searched for plugins`;
  return new SignalboxError('DISCOVERY_FAILED', message, {
    hint: 'Move the config file closer to the plugins, or set auto_discover = false',
  }).toRecord();
}
