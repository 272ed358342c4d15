import { availableParallelism } from 'node:os';
import { SignalboxError } from '../core/errors.ts';
import type { Artifact } from '../ports/artifacts.ts';
import type { Instance, InstanceSpec, Prepared, Sandbox } from '../ports/sandbox.ts';
import { CellPool } from './broker/cell-pool.ts';
import { ProgramStore } from './prepare/program-store.ts';
import type { SandboxEvent } from './sandbox-event.ts';

export interface SandboxOptions {
  /** Prepared programs; made when it does not exist. */
  readonly cacheFolder: string;
  /** Shared cells at most; default one per core. */
  readonly cells?: number;
  readonly onEvent?: (event: SandboxEvent) => void;
}

/** The engine: prepares artifacts in throw-away children, runs them in cells. */
export function createSandbox({
  cacheFolder,
  cells = availableParallelism(),
  onEvent,
}: SandboxOptions): Sandbox {
  const programs = new ProgramStore(cacheFolder, onEvent ?? (() => {}));
  const pool = new CellPool({
    cells,
    programBytes: (digest) => programs.bytes(digest),
    ...(onEvent && { onEvent }),
  });
  let isClosed = false;
  const checkOpen = (): void => {
    if (isClosed) throw new SignalboxError('RUNTIME_CLOSED', 'The sandbox was closed');
  };
  return {
    async prepare({ code, digest }: Artifact, signal: AbortSignal): Promise<Prepared> {
      checkOpen();
      signal.throwIfAborted();
      // A cell takes as long to start as most artifacts to prepare.
      pool.warm();
      if (code.kind === 'script') {
        await programs.scriptHost();
        const { name, source, imports } = code;
        return { digest, kind: 'script', imports, exports: [], script: { name, source } };
      }
      const { digest: programDigest, world, isCollected } = await programs.open(code, signal);
      return {
        digest: programDigest,
        kind: 'component',
        imports: world.imports.map((entry) => entry.interface),
        exports: world.exports.map(({ name }) => name),
        ...(isCollected && { isCollected }),
      };
    },

    async instantiate(spec: InstanceSpec, signal: AbortSignal): Promise<Instance> {
      checkOpen();
      signal.throwIfAborted();
      const { kind, digest } = spec.prepared;
      const program = kind === 'script' ? (await programs.scriptHost()).digest : digest;
      return await pool.instantiate(spec, program, signal);
    },

    async [Symbol.asyncDispose](): Promise<void> {
      isClosed = true;
      programs[Symbol.dispose]();
      await pool[Symbol.asyncDispose]();
    },
  };
}
