import { SignalboxError } from '../../core/errors.ts';
import type { Digest, PluginId } from '../../core/ids.ts';
import type { LimitHit } from '../../permissions/limits.ts';
import type { Instance, InstanceSpec } from '../../ports/sandbox.ts';
import type { SandboxEvent } from '../sandbox-event.ts';
import { Cell } from './cell.ts';
import { type CellHost, startProcessCell, startThreadCell } from './cell-host.ts';

/**
 * Guests of one shared cell. V8 reserves 8 GB of addresses a linear memory and gets 16,368 of them from the 128 TB of a
 * process [measured, x64 Linux]; a script has three.
 */
const maxGuestsPerCell = 4_000;
const maxSuspects = 1_000;
/** What a cell needs for itself: its own code, and messages of 8 MiB on their way. What a guest allocates there comes on top. */
const cellHeapBytes = 64 * 1024 * 1024;

export interface CellPoolOptions {
  /** Shared cells at most. */
  readonly cells: number;
  readonly programBytes: (digest: Digest) => Promise<Uint8Array>;
  readonly onEvent?: (event: SandboxEvent) => void;
}

/** Shared cells, started as they are needed, and the cells of those who want one of their own. */
export class CellPool implements AsyncDisposable {
  readonly #options: CellPoolOptions;
  /** By number, counting from 1: a cell that dies leaves its number to its successor. */
  readonly #shared = new Map<number, Cell>();
  readonly #hosts = new Map<Cell, CellHost>();
  /** Plugins that died in the middle of a run, oldest first. */
  readonly #suspects = new Set<PluginId>();
  #isDisposed = false;

  constructor(options: CellPoolOptions) {
    this.#options = options;
  }

  /** Starts a shared cell if there is none, so that the first plugin need not wait for it. */
  warm(): void {
    if (this.#shared.size === 0 && !this.#isDisposed) this.#startShared();
  }

  /** @throws `CELL_LOST`, `GUEST_TRAPPED`, `SCRIPT_INVALID`, `CALL_DEADLINE`, the signal's reason */
  async instantiate(spec: InstanceSpec, program: Digest, signal: AbortSignal): Promise<Instance> {
    if (this.#isDisposed) throw new SignalboxError('RUNTIME_CLOSED', 'The sandbox was closed');
    switch (spec.isolation) {
      case 'shared':
        // V8 ends the whole cell when its heap is full (docs/decisions/0024).
        return spec.prepared.isCollected
          ? await this.#alone('own', spec, program, signal)
          : await this.#leastLoaded().instantiate(spec, program, signal);
      case 'own':
      case 'thread':
        return await this.#alone(spec.isolation, spec, program, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const hosts = [...this.#hosts];
    for (const [cell] of hosts) cell.kill('the sandbox was closed');
    await Promise.all(hosts.map(([, host]) => host.gone));
  }

  async #alone(
    label: 'own' | 'thread',
    spec: InstanceSpec,
    program: Digest,
    signal: AbortSignal,
  ): Promise<Instance> {
    const cell = this.#start(label, () => {}, spec.prepared.isCollected ? spec : undefined);
    try {
      const instance = await cell.instantiate(spec, program, signal);
      void instance.closed.then(() => cell.kill('its only guest is gone'));
      return instance;
    } catch (error) {
      cell.kill('its only guest did not start');
      throw error;
    }
  }

  #leastLoaded(): Cell {
    const sound = [...this.#shared.values()].filter(({ isDoubtful }) => !isDoubtful);
    const [least] = sound.sort((a, b) => a.load - b.load);
    const isIdle = least !== undefined && least.load === 0;
    if (!isIdle && sound.length < this.#options.cells) return this.#startShared();
    if (least && least.load < maxGuestsPerCell) return least;
    throw new SignalboxError('CELL_LOST', `Every shared cell has ${maxGuestsPerCell} guests`, {
      hint: 'Allow more cells, or give plugins cells of their own: isolation = "own"',
    });
  }

  #startShared(): Cell {
    let number = 1;
    while (this.#shared.has(number)) number += 1;
    const cell = this.#start(`shared#${number}`, () => this.#shared.delete(number));
    this.#shared.set(number, cell);
    return cell;
  }

  /** @param collected the only guest it will ever have, whose heap it is then */
  #start(label: string, onGone: () => void, collected?: InstanceSpec): Cell {
    const { onEvent, programBytes } = this.#options;
    const heapBytes = collected && cellHeapBytes + collected.limits.memory_bytes;
    const host =
      label === 'thread'
        ? startThreadCell(heapBytes)
        : startProcessCell(
            onEvent && ((text) => onEvent({ type: 'cell-output', cell: label, text })),
            heapBytes,
          );
    const cell: Cell = new Cell({
      label,
      host,
      programBytes,
      isSuspect: (plugin) => this.#suspects.has(plugin),
      onSuspect: (plugin) => this.#suspect(plugin),
      ...(collected && { heapFull: () => heapFull(collected) }),
      onGone: (reason) => {
        onGone();
        void host.gone.then(() => this.#hosts.delete(cell));
        onEvent?.({ type: 'cell-gone', cell: label, reason });
      },
    });
    this.#hosts.set(cell, host);
    onEvent?.({ type: 'cell-started', cell: label, ...(host.pid !== undefined && { pid: host.pid }) });
    return cell;
  }

  #suspect(plugin: PluginId): void {
    this.#suspects.add(plugin);
    const [oldest] = this.#suspects;
    if (this.#suspects.size > maxSuspects && oldest) this.#suspects.delete(oldest);
  }
}

/** How much of it was in use V8 does not say: full is what the limit made it. */
function heapFull({ limits: { memory_bytes: allowed } }: InstanceSpec): SignalboxError {
  const limit: LimitHit = { name: 'memory_bytes', reached: allowed, allowed };
  const message = `The plugin kept more structs and arrays than a heap of ${allowed} bytes holds`;
  return new SignalboxError('MEMORY_EXHAUSTED', message, {
    hint: 'Let it hold less, or raise limits.memory_bytes',
    details: { limit },
  });
}
