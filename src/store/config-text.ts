import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { maxConfigBytes } from '../config/bounds.ts';
import { tooLarge } from '../config/toml.ts';
import { SignalboxError } from '../core/errors.ts';
import { sha256 } from '../core/fingerprint.ts';
import { unlessCode } from './atomic-write.ts';

/** What a look at the file found. `mark` is the same as long as the content is. */
export type ConfigText =
  | { readonly state: 'text'; readonly mark: string; readonly text: string }
  | { readonly state: 'missing'; readonly mark: string }
  | { readonly state: 'refused'; readonly mark: string; readonly error: SignalboxError };

const missing: ConfigText = { state: 'missing', mark: 'missing' };

// A byte order mark is content: it must be there again after a save.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the config file as text, size first.
 *
 * @throws `CONFIG_UNREADABLE` when there is something that cannot be read
 */
export async function readConfigText(file: string, signal: AbortSignal): Promise<ConfigText> {
  signal.throwIfAborted();
  try {
    // Without O_NONBLOCK a named pipe would wait for its writer.
    await using handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await handle.stat();
    if (!stats.isFile()) throw unreadable(file, 'it is not a regular file');
    if (stats.size > maxConfigBytes)
      return refused(tooLarge(file, stats.size), `${stats.size} ${stats.mtimeMs}`);
    const bytes = await handle.readFile();
    if (bytes.length > maxConfigBytes) return refused(tooLarge(file, bytes.length), `${bytes.length}`);
    return decoded(file, bytes);
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    return asMissing(file, error);
  }
}

export function markOf(text: string): string {
  return sha256(text);
}

function decoded(file: string, bytes: Uint8Array): ConfigText {
  const mark = sha256(bytes);
  try {
    return { state: 'text', mark, text: decoder.decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const hint = 'Save the file as UTF-8';
    return refused(
      new SignalboxError('CONFIG_SYNTAX', `Config file "${file}" is not UTF-8`, { hint, cause: error }),
      mark,
    );
  }
}

function refused(error: SignalboxError, mark: string): ConfigText {
  return { state: 'refused', mark, error };
}

function asMissing(file: string, error: unknown): ConfigText {
  try {
    return unlessCode(missing, 'ENOENT', 'ENOTDIR')(error);
  } catch (other) {
    throw unreadable(file, other instanceof Error ? other.message : String(other), other);
  }
}

export function unreadable(file: string, reason: string, cause?: unknown): SignalboxError {
  return new SignalboxError('CONFIG_UNREADABLE', `Cannot read or write "${file}": ${reason}`, {
    hint: 'Make it a file that this process may read and write',
    ...(cause !== undefined && { cause }),
  });
}
