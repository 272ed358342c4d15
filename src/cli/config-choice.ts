import { open, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { SignalboxError } from '../core/errors.ts';

/** What a config is called that nobody has to name. */
export const configName = 'signalbox.toml';
const manifestName = 'plugin.toml';
const artifactEndings: readonly string[] = ['.ts', '.mts', '.js', '.mjs', '.wasm'];
const wasmMagic = '\0asm';

/** What `run` was pointed at. */
export type RunTarget =
  | { readonly target: 'config'; readonly file: string }
  | { readonly target: 'artifact'; readonly path: string };

/**
 * The config file a command works on: the one named, else the nearest `signalbox.toml` from `cwd` upwards.
 *
 * @throws `CONFIG_UNREADABLE` when there is none
 */
export async function chooseConfig(cwd: string, named: string | undefined): Promise<string> {
  if (named !== undefined) {
    const file = resolve(cwd, named);
    const kind = await kindOf(file);
    if (kind === 'file') return file;
    if (kind === 'folder' && (await kindOf(join(file, configName))) === 'file') return join(file, configName);
    throw new SignalboxError('CONFIG_UNREADABLE', `There is no config file at "${named}"`, {
      hint: 'Name a TOML file with a [plugins] table',
    });
  }
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, configName);
    if ((await kindOf(file)) === 'file') return file;
    if (folder === dirname(folder)) break;
  }
  throw new SignalboxError(
    'CONFIG_UNREADABLE',
    `There is no "${configName}" in "${cwd}" or a folder above it`,
    {
      hint: 'Name a config file with --config FILE',
    },
  );
}

/**
 * Tells a config from an artifact. A plugin folder, a file with the ending of code and a file with the bytes of wasm are
 * artifacts; any other file is a config, whatever its name.
 *
 * @throws `CONFIG_UNREADABLE`, `ARTIFACT_MISSING`
 */
export async function chooseTarget(cwd: string, argument: string | undefined): Promise<RunTarget> {
  if (argument === undefined) return { target: 'config', file: await chooseConfig(cwd, undefined) };
  const path = resolve(cwd, argument);
  const kind = await kindOf(path);
  if (kind === 'folder' && (await kindOf(join(path, manifestName))) === 'file')
    return { target: 'artifact', path };
  if (artifactEndings.includes(extname(path))) {
    if (kind !== undefined) return { target: 'artifact', path };
    throw new SignalboxError('ARTIFACT_MISSING', `There is no artifact at "${argument}"`);
  }
  if (kind === 'file' && (await startsLikeWasm(path))) return { target: 'artifact', path };
  return { target: 'config', file: await chooseConfig(cwd, argument) };
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new SignalboxError('CONFIG_UNREADABLE', `Cannot look at "${path}": ${error.message}`, {
      cause: error,
    });
  });
  return stats?.isDirectory() ? 'folder' : stats && 'file';
}

async function startsLikeWasm(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(wasmMagic.length), 0, wasmMagic.length, 0);
  return buffer.toString('latin1') === wasmMagic;
}
