import { writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Transport } from './transport.ts';

/** A pipe to a child process, or the child's end of it through the event loop. */
export function pipeTransport(pipe: Duplex): Transport {
  // What is wrong with a pipe shows as its end.
  pipe.on('error', () => pipe.destroy());
  return {
    send: (bytes) => {
      if (pipe.writable) pipe.write(bytes);
    },
    onBytes: (listener) => {
      pipe.on('data', listener);
    },
    onClose: (listener) => {
      pipe.once('close', listener);
    },
    close: () => {
      pipe.destroy();
    },
  };
}

/**
 * The child's end of a pipe, written past the event loop: a guest may spin before the loop turns again, and what was said
 * before must be out. What the pipe does not take at once goes through the loop, in order.
 */
export function eagerPipeTransport(pipe: Duplex, descriptor: number): Transport {
  return {
    ...pipeTransport(pipe),
    send: (bytes) => {
      if (!pipe.writable) return;
      if (pipe.writableLength > 0) {
        pipe.write(bytes);
        return;
      }
      const written = writeNow(descriptor, bytes);
      if (written < bytes.length) pipe.write(bytes.subarray(written));
    },
  };
}

function writeNow(descriptor: number, bytes: Buffer): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EPIPE'))
      return 0;
    throw error;
  }
}
