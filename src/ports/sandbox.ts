import type { Isolation } from '../config/document.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { Digest, PluginId } from '../core/ids.ts';
import type { Limits } from '../permissions/limits.ts';
import type { Artifact } from './artifacts.ts';
import type { HostImports } from './host-imports.ts';

/** An artifact ready to be instantiated, found again by its digest. */
export interface Prepared {
  readonly digest: Digest;
  readonly kind: 'component' | 'script';
  /** Interfaces it imports, without version: `signalbox:plugin/log`. `types`-only interfaces are left out. */
  readonly imports: readonly string[];
  /** Callable names: `greet`, `lifecycle.init`, `state.snapshot`. For scripts only known once instantiated, so empty here. */
  readonly exports: readonly string[];
  /** It allocates in the heap of its cell, so it gets a cell of its own whatever its entry says. */
  readonly isCollected?: boolean;
  /** For scripts the bundled text; components are found in the cache by digest. */
  readonly script?: { readonly name: string; readonly source: string };
}

export interface InstanceSpec {
  readonly pluginId: PluginId;
  readonly prepared: Prepared;
  readonly isolation: Isolation;
  readonly limits: Limits;
  readonly imports: HostImports;
}

export interface CallRequest {
  /** `greet` or `lifecycle.handle-event`: WIT spelling for components, as exported for scripts. */
  readonly export: string;
  readonly args: readonly unknown[];
  readonly deadlineMs: number;
  /** Aborting a call in flight destroys the instance: a guest cannot be stopped half-way and reused. */
  readonly signal?: AbortSignal;
}

/** What a call used in its cell. */
export interface Usage {
  readonly fuel: number;
  /** On the processor; waiting for the host is not counted. */
  readonly cpuMs: number;
  /** Linear memories of the instance when the call ended. */
  readonly memoryBytes: number;
}

/** Expected ends of a call are values. After `failed` the instance is gone. */
export type CallOutcome =
  | { readonly outcome: 'returned'; readonly value: unknown; readonly usage?: Usage }
  /** The guest answered with the error case its contract declares. It lives on. */
  | { readonly outcome: 'refused'; readonly error: unknown; readonly usage?: Usage }
  /** No such export, or arguments that do not fit or are too large. The guest was not entered and lives on. */
  | { readonly outcome: 'rejected'; readonly error: ErrorRecord }
  | { readonly outcome: 'failed'; readonly error: ErrorRecord; readonly usage?: Usage };

/** One live instance of a plugin in a cell. One call at a time; callers queue in the mailbox, not here. */
export interface Instance {
  readonly exports: readonly string[];
  /** Where it runs, for people: `shared#2`, `own`, `thread`. */
  readonly cell: string;
  /** What holds that cell, as reached and not as wished: `process+no-net+no-disk`, `process`, `thread`. */
  readonly tier: string;
  /** Runs calls one after the other, in order, sent to the cell as one batch. Never rejects. After a `failed` the rest fail alike, un-entered. */
  callAll(requests: readonly CallRequest[]): readonly Promise<CallOutcome>[];
  /** Settles once, when the instance is gone: undefined after `close`, else why. Never rejects. */
  readonly closed: Promise<ErrorRecord | undefined>;
  /** Drops the instance without entering the guest. Idempotent. */
  close(): Promise<void>;
}

/** Runs guests in cells. */
export interface Sandbox extends AsyncDisposable {
  /** @throws `ARTIFACT_*`, `PREPARE_*` */
  prepare(artifact: Artifact, signal: AbortSignal): Promise<Prepared>;
  /** Instantiates (scripts: also evaluates the top level) within `limits.init_deadline_ms`. @throws `GUEST_TRAPPED`, `SCRIPT_INVALID`, `CALL_DEADLINE`, `CELL_LOST` */
  instantiate(spec: InstanceSpec, signal: AbortSignal): Promise<Instance>;
}
