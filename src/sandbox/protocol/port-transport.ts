import type { MessagePort, Worker } from 'node:worker_threads';
import type { Transport } from './transport.ts';

/** Either end of a worker thread: the worker, or its parent port within. */
export function portTransport(port: MessagePort | Worker): Transport {
  return {
    send: (bytes) => {
      const own = new Uint8Array(bytes);
      port.postMessage(own, [own.buffer]);
    },
    onBytes: (listener) => {
      port.on('message', (message: unknown) => {
        if (message instanceof Uint8Array) listener(message);
      });
    },
    onClose: (listener) => {
      port.once('close', listener);
      port.once('exit', listener);
    },
    close: () => {
      if ('terminate' in port) void port.terminate();
      else port.close();
    },
  };
}
