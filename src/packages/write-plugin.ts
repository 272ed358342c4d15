import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { type PluginId, parsePluginId } from '../core/ids.ts';
import { parseManifest } from '../manifest/parse.ts';
import { manifestName } from '../manifest/plugin-folders.ts';
import type { Artifacts } from '../ports/artifacts.ts';
import { systemCode } from './artifact-file.ts';

/** A plugin as it comes over the wire: its manifest and the one file that is its entry. */
export interface PluginUpload {
  /** The text of `plugin.toml`. */
  readonly manifest: string;
  readonly code: Uint8Array;
}

export interface WrittenPlugin {
  readonly id: PluginId;
  /** Absolute path of its folder. */
  readonly folder: string;
}

/** Hidden: discovery passes it by. */
const stagingPrefix = '.upload-';

/**
 * Writes an upload into a folder of its own, named by its id. It is opened as it would be at a load before it gets its
 * name, so that what cannot be used is never seen there.
 *
 * @param pluginsFolder absolute path; made when it is not there
 * @throws `MANIFEST_INVALID`, `ARTIFACT_INVALID`, `SCRIPT_INVALID`, and `PLUGIN_EXISTS` when there is a folder of that name
 */
export async function writePlugin(
  { manifest: text, code }: PluginUpload,
  pluginsFolder: string,
  artifacts: Artifacts,
  signal: AbortSignal,
): Promise<WrittenPlugin> {
  const manifest = parseManifest(text, manifestName);
  const id = parsePluginId(manifest.id);
  const folder = join(pluginsFolder, id);
  await mkdir(pluginsFolder, { recursive: true });
  const staging = await mkdtemp(join(pluginsFolder, stagingPrefix));
  try {
    await writeFile(join(staging, manifestName), text, { flag: 'wx' });
    await mkdir(dirname(join(staging, manifest.entry)), { recursive: true });
    await writeFile(join(staging, manifest.entry), code, { flag: 'wx' }).catch((error: unknown) => {
      throw systemCode(error) === 'EEXIST' ? ownEntry(id, error) : error;
    });
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

function ownEntry(id: PluginId, cause: unknown): SignalboxError {
  return new SignalboxError('ARTIFACT_INVALID', `The entry of plugin "${id}" is its manifest`, {
    hint: 'Name the file with the code as its entry',
    cause,
  });
}

function taken(id: PluginId, folder: string, cause: unknown): SignalboxError {
  return new SignalboxError('PLUGIN_EXISTS', `There is something at "${folder}" already`, {
    hint: `Remove it, or give the plugin another id than "${id}"`,
    cause,
  });
}
