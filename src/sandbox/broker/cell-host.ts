import type { ChildProcess } from 'node:child_process';
import { Duplex, type Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { SignalboxError } from '../../core/errors.ts';
import { cellPipe } from '../cell/cell-pipe.ts';
import { niceness } from '../cell/niceness.ts';
import { reachedTier } from '../confinement/reached-tier.ts';
import { startConfined } from '../confinement/start-confined.ts';
import { cellEntry, cellFlags, cellReadable } from '../entries.ts';
import { pipeTransport } from '../protocol/pipe-transport.ts';
import { portTransport } from '../protocol/port-transport.ts';
import type { Transport } from '../protocol/transport.ts';
import { type CellDeath, HeapFullListener } from './cell-death.ts';
import { processorMsOf } from './processor-use.ts';

/** Where a cell runs, as the broker holds it. */
export interface CellHost {
  readonly transport: Transport;
  readonly pid: number | undefined;
  /** What confines it, as reached; known once it is ready. */
  readonly tier: string;
  /** Processor time that its guests, and what runs them, have used so far, milliseconds; undefined where that cannot be seen. */
  processorMs(): number | undefined;
  /** Ends it without asking; until it is gone it keeps the host process alive, whoever waits for that. Idempotent. */
  kill(): void;
  /** Settles when it is gone, with what is known of why. */
  readonly gone: Promise<CellDeath>;
  /** Whether it keeps the host process alive. */
  hold(isHeld: boolean): void;
}

/** JavaScript heap of a cell; linear memories come on top. */
const maxHeapBytes = 1024 ** 3;
const megabyte = 1024 ** 2;
/**
 * Each half of the space for new objects; V8 takes three of them, and does not give them back. What a call leaves is garbage at once, so that
 * V8's own choice, up to 51 MB a cell after 300,000 calls, bought no time [measured].
 */
const semiSpaceMegabytes = 4;
/**
 * Threads of V8 in a cell that collect garbage and compile beside its own; node's choice is four. All want the processor with the same right, and while
 * they clear up after one guest the others wait: beside one that makes 150,000 objects 6-7 ms at the 99th percentile, with four 10-12 [measured on two cores].
 */
const helperThreads = 1;

/** A child process without environment, files, children or workers. */
export function startProcessCell(
  onOutput: ((text: string) => void) | undefined,
  heapBytes = maxHeapBytes,
): CellHost {
  const flags = [
    ...cellFlags(),
    `--max-old-space-size=${Math.ceil(heapBytes / megabyte)}`,
    `--max-semi-space-size=${semiSpaceMegabytes}`,
    `--v8-pool-size=${helperThreads}`,
  ];
  const child = startConfined({
    nodeArguments: [...flags, cellEntry],
    readable: cellReadable,
    niceness,
    stdio: ['ignore', onOutput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const pipe = child.stdio[cellPipe];
  if (!(pipe instanceof Duplex)) throw new SignalboxError('INTERNAL', 'A cell has no pipe');
  for (const stream of [child.stdout, child.stderr]) listen(stream, onOutput);
  const gone = deathOf(child);
  let tier: string | undefined;
  return {
    transport: pipeTransport(pipe),
    pid: child.pid,
    get tier() {
      tier ??= child.pid === undefined ? 'process' : reachedTier(child.pid);
      return tier;
    },
    gone,
    processorMs: () => (child.pid === undefined ? undefined : processorMsOf(child.pid)),
    kill: () => {
      child.ref();
      child.kill('SIGKILL');
      pipe.destroy();
    },
    hold: (isHeld) => {
      for (const handle of [child, pipe, child.stdout, child.stderr]) setHeld(handle, isHeld);
    },
  };
}

/**
 * A worker thread of the host process, for trusted plugins and hosts that cannot start processes. It shares memory, rights
 * and fate with the host; a guest in a loop of bulk memory operations may hold off its end for seconds.
 */
export function startThreadCell(heapBytes = maxHeapBytes): CellHost {
  const worker = new Worker(cellEntry, {
    env: {},
    stdin: false,
    execArgv: [],
    trackUnmanagedFds: false,
    resourceLimits: {
      maxOldGenerationSizeMb: Math.ceil(heapBytes / megabyte),
      maxYoungGenerationSizeMb: 3 * semiSpaceMegabytes,
    },
  });
  const { promise: gone, resolve } = Promise.withResolvers<CellDeath>();
  worker.once('error', (error) => {
    const isHeapFull = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    resolve({
      reason: `it failed: ${error instanceof Error ? error.message : String(error)}`,
      isHeapFull,
    });
  });
  worker.once('exit', (code) => resolve({ reason: `it ended with code ${code}`, isHeapFull: false }));
  return {
    transport: portTransport(worker),
    pid: undefined,
    tier: 'thread',
    gone,
    processorMs: () => undefined,
    kill: () => {
      worker.ref();
      void worker.terminate();
    },
    hold: (isHeld) => setHeld(worker, isHeld),
  };
}

function deathOf(child: ChildProcess): Promise<CellDeath> {
  const heap = new HeapFullListener();
  listen(child.stderr, (text) => heap.hear(text));
  const { promise, resolve } = Promise.withResolvers<CellDeath>();
  child.once('error', (error) =>
    resolve({ reason: `it could not be started: ${error.message}`, isHeapFull: false }),
  );
  child.once('exit', (code, signal) => {
    const reason = signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
    // What it wrote last is in the pipe by now, and read within a turn of the loop; its end is not waited for, since others may hold it open.
    setImmediate(() => setImmediate(() => resolve({ reason, isHeapFull: heap.isHeapFull })));
  });
  return promise;
}

function listen(stream: Readable | null, onOutput: ((text: string) => void) | undefined): void {
  if (stream && onOutput) stream.setEncoding('utf8').on('data', onOutput);
}

function setHeld(handle: unknown, isHeld: boolean): void {
  const method = isHeld ? 'ref' : 'unref';
  if (typeof handle !== 'object' || handle === null) return;
  const call: unknown = Reflect.get(handle, method);
  if (typeof call === 'function') call.call(handle);
}
