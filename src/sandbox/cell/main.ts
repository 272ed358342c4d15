import { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { eagerPipeTransport } from '../protocol/pipe-transport.ts';
import { portTransport } from '../protocol/port-transport.ts';
import { runCell } from './cell.ts';
import { cellPipe } from './cell-pipe.ts';
import { niceness } from './niceness.ts';

/** A cell: a worker thread when there is a parent port, else a process with a pipe. It ends when its broker does. */
// Generated glue may leave a promise behind that nobody waits for; the call it belongs to has its own end.
process.on('unhandledRejection', () => {});

// What a shell may have added on the way here.
for (const name of Object.keys(process.env)) delete process.env[name];
// Elsewhere a thread has the priority of its process, which is the host's here.
if (parentPort && process.platform === 'linux') setPriority(niceness);

const exit = process.exit.bind(process);
// What leads to the rest of node, to the network and to other threads: generated code has no business there.
for (const name of ['process', 'fetch', 'WebSocket', 'EventSource', 'BroadcastChannel'])
  Reflect.deleteProperty(globalThis, name);

if (parentPort) {
  const port = parentPort;
  runCell(portTransport(port), () => port.close());
} else {
  const pipe = new Socket({ fd: cellPipe, readable: true, writable: true });
  runCell(eagerPipeTransport(pipe, cellPipe), exit);
}
