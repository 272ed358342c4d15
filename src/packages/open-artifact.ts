import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { fingerprint, sha256 } from '../core/fingerprint.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { manifestName } from '../manifest/plugin-folders.ts';
import type { Artifact, Artifacts } from '../ports/artifacts.ts';
import { digestOfFile, isWasm, realFile, statArtifact, statIfThere, systemCode } from './artifact-file.ts';
import { bundleScript } from './bundle-script.ts';
import { readManifest } from './manifest-file.ts';
import { holdScriptCompiler } from './script-compiler.ts';
import { isInside, scriptEndings } from './script-imports.ts';

/** What a path names, before its code was read. */
interface Package {
  readonly manifest: Manifest;
  readonly isDeclared: boolean;
  /** Real path of the folder a script may import from. */
  readonly folder: string;
  /** Real path of the code. */
  readonly entry: string;
  /** As the config and the manifest spell them. */
  readonly namedPaths: readonly string[];
}

/** Opens plugin folders and bare files. Disposing waits for what is being opened and ends the script compiler. */
export function createArtifacts(): Artifacts & AsyncDisposable {
  const compiler = holdScriptCompiler();
  const opening = new Set<Promise<Artifact>>();
  return {
    async open(path, baseFolder, signal) {
      const artifact = openArtifact(resolve(baseFolder, path), signal);
      opening.add(artifact);
      try {
        return await artifact;
      } finally {
        opening.delete(artifact);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(opening);
      await compiler[Symbol.asyncDispose]();
    },
  };
}

async function openArtifact(path: string, signal: AbortSignal): Promise<Artifact> {
  try {
    return await readArtifact(path, signal);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new SignalboxError('ARTIFACT_INVALID', `Artifact "${path}" cannot be read: ${code}`, {
      hint: 'Make sure that the user who runs the host can read every file of it',
      cause: error,
    });
  }
}

async function readArtifact(path: string, signal: AbortSignal): Promise<Artifact> {
  signal.throwIfAborted();
  const stats = await statArtifact(path);
  const found = stats.isDirectory() ? await openFolder(path) : await openBareFile(path);
  const { manifest, isDeclared } = found;
  signal.throwIfAborted();
  const { code, codeDigest, files } = await readCode(found, signal);
  signal.throwIfAborted();
  return {
    manifest,
    isDeclared,
    digest: fingerprint({ manifest, code: codeDigest }),
    code,
    watchPaths: [...new Set([...found.namedPaths, ...files])].sort(),
  };
}

async function readCode({ manifest, entry, folder }: Package, signal: AbortSignal) {
  if (manifest.kind === 'component') {
    const codeDigest = await digestOfFile(entry, signal);
    return {
      code: { kind: 'component', file: entry, fileDigest: codeDigest },
      codeDigest,
      files: [entry],
    } as const;
  }
  const { source, imports, files } = await bundleScript(entry, folder);
  const code = { kind: 'script', name: manifest.entry, source, imports } as const;
  return { code, codeDigest: sha256(source), files };
}

async function openFolder(folder: string): Promise<Package> {
  const manifestFile = join(folder, manifestName);
  const manifestStats = await statIfThere(manifestFile);
  if (!manifestStats) {
    throw new SignalboxError(
      'ARTIFACT_INVALID',
      `Folder "${folder}" is no plugin: it has no ${manifestName}`,
      {
        hint: `Write a ${manifestName} into it, or name a .wasm, .ts or .js file`,
      },
    );
  }
  const realFolder = await realpath(folder);
  if (!isInside(realFolder, await realFile(manifestFile, manifestStats)))
    throw leadsOut(manifestName, folder);
  const manifest = await readManifest(manifestFile, manifestStats);

  const namedEntry = join(folder, manifest.entry);
  const hint = `It is the entry of "${manifestFile}": build it, or correct the entry`;
  const entry = await realFile(namedEntry, await statArtifact(namedEntry, hint));
  if (!isInside(realFolder, entry)) throw leadsOut(manifest.entry, folder);
  await checkKind(manifest, entry);
  return {
    manifest,
    isDeclared: true,
    folder: realFolder,
    entry,
    namedPaths: [manifestFile, namedEntry, join(realFolder, manifestName)],
  };
}

function leadsOut(name: string, folder: string): SignalboxError {
  const message = `"${name}" of the plugin in "${folder}" is a link that leads out of that folder`;
  return new SignalboxError('ARTIFACT_INVALID', message, { hint: 'Put the file itself into the folder' });
}

async function checkKind({ id, kind, entry }: Manifest, file: string): Promise<void> {
  const found = await kindOf(file);
  if (found === kind) return;
  throw new SignalboxError(
    'ARTIFACT_INVALID',
    `Plugin "${id}" is of kind "${kind}", but its entry "${entry}" is ${found ? `a ${found}` : 'neither script nor WebAssembly'}`,
    {
      hint:
        kind === 'script'
          ? `Scripts end in ${scriptEndings.join(', ')}`
          : 'A component starts with the bytes of WebAssembly: build it',
    },
  );
}

/** A file alone has no manifest; the operator alone decides what it may do. */
async function openBareFile(path: string): Promise<Package> {
  const entry = await realFile(path, await statArtifact(path));
  const kind = await kindOf(entry);
  if (!kind) {
    const message = `"${path}" is no plugin: neither a script by its ending nor WebAssembly by its content`;
    throw new SignalboxError('ARTIFACT_INVALID', message, {
      hint: `Scripts end in ${scriptEndings.join(', ')}; a component starts with the bytes of WebAssembly`,
    });
  }
  const manifest: Manifest = { id: 'undeclared', version: '0.0.0', kind, entry: basename(entry) };
  return { manifest, isDeclared: false, folder: dirname(entry), entry, namedPaths: [path] };
}

/** By content, for endings lie; a script has no content to tell it by. */
async function kindOf(file: string): Promise<Manifest['kind'] | undefined> {
  if (await isWasm(file)) return 'component';
  return scriptEndings.includes(extname(file)) ? 'script' : undefined;
}
