import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { type Digest, digestOf } from '../core/ids.ts';

/** The largest code that is read at all. StarlingMonkey components, the largest in use, have 12 MiB. */
export const maxArtifactBytes = 64 * 1024 * 1024;

/** What a component and a core module begin with. */
const wasmMagic = '\0asm';
const maxNamesShown = 10;
/** Hashed at a time, on the thread of the host. */
const pieceBytes = 256 * 1024;

/** @throws `ARTIFACT_MISSING` that says what is there instead */
export async function statArtifact(path: string, hint?: string): Promise<Stats> {
  const found = await statIfThere(path);
  if (found) return found;
  throw new SignalboxError('ARTIFACT_MISSING', `There is no artifact at "${path}"`, {
    hint: hint ?? (await whatIsNear(path)),
  });
}

/** The real path of a regular file of at most `maxArtifactBytes`. @throws `ARTIFACT_INVALID`, `ARTIFACT_TOO_LARGE` */
export async function realFile(path: string, stats: Stats): Promise<string> {
  if (!stats.isFile()) throw new SignalboxError('ARTIFACT_INVALID', `"${path}" is not a regular file`);
  if (stats.size > maxArtifactBytes) {
    const message = `Artifact "${path}" has ${stats.size} bytes, ${maxArtifactBytes} are allowed`;
    throw new SignalboxError('ARTIFACT_TOO_LARGE', message, { hint: 'Leave data out of the code' });
  }
  return realpath(path);
}

export async function isWasm(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(wasmMagic.length), 0, wasmMagic.length, 0);
  return buffer.subarray(0, bytesRead).toString('latin1') === wasmMagic;
}

let sparePiece: Buffer | undefined;

/**
 * Reads through one buffer that is used again. What a stream takes for the pieces of large components had V8 collect all garbage every few
 * loads, which was half of what a reload cost [measured].
 */
export async function digestOfFile(file: string, signal: AbortSignal): Promise<Digest> {
  const hash = createHash('sha256');
  // Nobody else has it meanwhile: two files are hashed at a time through two buffers.
  const piece = sparePiece ?? Buffer.allocUnsafeSlow(pieceBytes);
  sparePiece = undefined;
  try {
    await using handle = await open(file);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(piece, 0, piece.length);
      if (bytesRead === 0) return digestOf(hash.digest('hex'));
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    sparePiece = piece;
  }
}

export async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The code of an error of the operating system, like `EACCES`; undefined for any other. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** For a path that leads nowhere: how far it does lead, and where one could go from there. */
async function whatIsNear(path: string): Promise<string> {
  let folder = dirname(path);
  while (!(await statIfThere(folder))?.isDirectory() && folder !== dirname(folder)) folder = dirname(folder);
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  if (names.length === 0) return `The folder "${folder}" is empty`;
  const shown = names.slice(0, maxNamesShown).map((name) => JSON.stringify(name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return `In "${folder}" there are ${shown.join(', ')}${more}`;
}
