import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import type { FastifyInstance } from 'fastify';
import { SignalboxError } from '../core/errors.ts';
import { withStateLock } from '../state-lock.ts';

/** The shortest `sun_path` there is, macOS has it, without its end mark. */
const maxPathBytes = 103;

/** What its paths start with there, whatever the config says. */
export const socketPrefix = '/api/v1';

/** Where the API of a runtime with this state folder listens for processes of the same user. */
export function socketPathOf(stateFolder: string): string {
  return join(stateFolder, 'control', 'api.sock');
}

/**
 * Listens on a unix socket that only its owner can open. Its folder is closed to others before the socket is there, so that
 * there is no moment in which they could connect. A socket that nobody listens on any more is removed first.
 *
 * @throws `API_UNSERVED` when another process listens there, the folder cannot be written to, or the platform has no such sockets;
 *   `STORE_FAILED`
 */
export async function listenOnSocket(app: FastifyInstance, path: string): Promise<void> {
  if (process.platform === 'win32') throw unserved(path, 'Windows has no sockets with file rights');
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw unserved(
      path,
      `a path may have ${maxPathBytes} bytes`,
      'Choose a shorter state_dir in [signalbox]',
    );
  }
  const folder = join(path, '..');
  try {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    // Two that start at once would each see that nobody listens, and the second remove the socket of the first.
    await withStateLock(path, () => replaceStale(app, path));
  } catch (error) {
    if (error instanceof SignalboxError || !(error instanceof Error && 'code' in error)) throw error;
    throw unserved(path, error.message, 'Make the state folder one its user may write to', error);
  }
}

async function replaceStale(app: FastifyInstance, path: string): Promise<void> {
  if (await isServed(path)) {
    throw unserved(
      path,
      'another runtime with this state folder listens there',
      'Stop it, or give this one a state_dir of its own',
    );
  }
  await rm(path, { force: true });
  await app.listen({ path });
  await chmod(path, 0o600);
}

function isServed(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

function unserved(path: string, reason: string, hint?: string, cause?: Error): SignalboxError {
  return new SignalboxError('API_UNSERVED', `Cannot serve the admin API on "${path}": ${reason}`, {
    ...(hint !== undefined && { hint }),
    ...(cause && { cause }),
  });
}
