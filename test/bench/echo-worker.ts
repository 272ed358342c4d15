import { parentPort } from 'node:worker_threads';

/** The other end of a bare `postMessage` round trip. */
parentPort?.on('message', (message) => parentPort?.postMessage(message));
