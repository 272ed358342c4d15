import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { type PluginId, parsePluginId } from '../core/ids.ts';
import { parseManifest } from '../manifest/parse.ts';
import { manifestName } from '../manifest/plugin-folders.ts';
import { pathProblem } from '../permissions/paths.ts';
import type { Artifacts } from '../ports/artifacts.ts';
import { statIfThere, systemCode } from './artifact-file.ts';

/** A plugin as it comes over the wire. */
export interface PluginUpload {
  /** The text of `plugin.toml`. */
  readonly manifest: string;
  /** The file that is its entry. */
  readonly code: Uint8Array;
  /** What else is in its folder: modules a script imports, assets. */
  readonly files?: readonly PluginFile[];
}

export interface PluginFile {
  /** From the plugin's folder, with `/` between components: `lib/waves.ts`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface WrittenPlugin {
  readonly id: PluginId;
  /** Absolute path of its folder. */
  readonly folder: string;
}

/** Hidden: discovery passes it by. */
const stagingPrefix = '.upload-';
/** An upload takes seconds; an older folder was left by a process that died. */
const staleAfterMs = 60 * 60 * 1_000;

/**
 * Writes an upload into a folder of its own, named by its id. It is opened as it would be at a load before it gets its
 * name, so that what cannot be used is never seen there.
 *
 * @param pluginsFolder absolute path; made when it is not there
 * @throws `MANIFEST_INVALID`, `ARTIFACT_INVALID`, `ARTIFACT_NAME_REFUSED`, `SCRIPT_INVALID`, and `PLUGIN_EXISTS` when there is a folder
 *   of that name
 */
export async function writePlugin(
  { manifest: text, code, files = [] }: PluginUpload,
  pluginsFolder: string,
  artifacts: Artifacts,
  signal: AbortSignal,
): Promise<WrittenPlugin> {
  const manifest = parseManifest(text, manifestName);
  const id = parsePluginId(manifest.id);
  const folder = join(pluginsFolder, id);
  const parts = [
    { path: manifestName, bytes: Buffer.from(text) },
    { path: manifest.entry, bytes: code },
    ...files,
  ];
  for (const { path } of parts) checkPath(path);
  await mkdir(pluginsFolder, { recursive: true });
  await sweepStaging(pluginsFolder);
  const staging = await mkdtemp(join(pluginsFolder, stagingPrefix));
  try {
    for (const part of parts) {
      signal.throwIfAborted();
      await writePart(staging, part);
    }
    await artifacts.open(staging, pluginsFolder, signal);
    // An empty folder of that name gives way, anything else refuses.
    await rename(staging, folder).catch((error: unknown) => {
      const isTaken = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '');
      throw isTaken ? taken(id, folder, error) : error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { id, folder };
}

/** The same grammar on every platform, so that what is taken in here can be taken in anywhere. */
function checkPath(path: string): void {
  const problem = path.startsWith('/')
    ? 'starts at the root'
    : path === '.'
      ? 'is a folder'
      : pathProblem(path);
  if (problem === undefined) return;
  throw new SignalboxError(
    'ARTIFACT_NAME_REFUSED',
    `A file of the plugin cannot be ${JSON.stringify(path)}: it ${problem}`,
    {
      hint: 'Name files from the folder of the plugin, like "lib/waves.ts"',
    },
  );
}

/** Never over another one: two names may be one file where case counts for nothing. */
async function writePart(staging: string, { path, bytes }: PluginFile): Promise<void> {
  const file = join(staging, path);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: 'wx' });
  } catch (error) {
    if (!['EEXIST', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '')) throw error;
    throw new SignalboxError('ARTIFACT_INVALID', `Two files of the plugin are at "${path}"`, {
      hint: `Its manifest is "${manifestName}", its artifact is what the manifest names as entry; send every other file once`,
      cause: error,
    });
  }
}

async function sweepStaging(pluginsFolder: string): Promise<void> {
  const left = (await readdir(pluginsFolder)).filter((name) => name.startsWith(stagingPrefix));
  for (const name of left) {
    const stats = await statIfThere(join(pluginsFolder, name));
    if (stats && Date.now() - stats.mtimeMs > staleAfterMs)
      await rm(join(pluginsFolder, name), { recursive: true, force: true });
  }
}

function taken(id: PluginId, folder: string, cause: unknown): SignalboxError {
  return new SignalboxError('PLUGIN_EXISTS', `There is something at "${folder}" already`, {
    hint: `Remove it, or give the plugin another id than "${id}"`,
    cause,
  });
}
