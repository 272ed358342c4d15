import type { SignalboxError } from '../../../core/errors.ts';

/** Asks the broker. Fails with a `HostRefusal` for the error case of the function, with a `SignalboxError` when the guest must go. */
export type Ask = (interfaceName: string, fn: string, args: readonly unknown[]) => Promise<unknown>;

/** How the virtual WASI of one instance reaches its broker. */
export interface WasiHost {
  /** The guest waits for the answer. */
  readonly call: Ask;
  /** The guest goes on meanwhile: its broker does not take it for waiting. */
  readonly start: Ask;
  /** Nobody waits for an answer. It is not lost: whoever could tell without bounds asks whether the broker is behind. */
  tell(interfaceName: string, fn: string, args: readonly unknown[]): void;
  /** What is told now waits in memory until the broker has taken what was sent before. */
  readonly isBehind: boolean;
  /** Ends the instance, whatever the guest makes of what is thrown at it. */
  fail(error: SignalboxError): void;
  /** What is read of a stream of the guest is a message of its own. */
  lift(): void;
  /** The glue finds only at intervals that something has been written to a stream: now it looks. */
  poll(): void;
  /** Largest body of a message. */
  readonly maxBytes: number;
}

/** What an instance may know and touch, as the broker told it before it ran. Whatever it does is decided by the broker again. */
export interface WasiGrant {
  readonly arguments: readonly string[];
  readonly environment: readonly (readonly [string, string])[];
  /** Directories the guest starts with. */
  readonly preopens: readonly Place[];
  /** What is granted where, so that a denial can be told from an absence. */
  readonly files: readonly FileGrant[];
  readonly mayReadTime: boolean;
  readonly isRandom: boolean;
  readonly logLinesPerSecond: number;
}

export interface Place {
  /** As `signalbox:plugin/filesystem` names it. */
  readonly path: string;
  /** What stands before the names below it. */
  readonly prefix: string;
}

export interface FileGrant extends Place {
  readonly kinds: readonly FileRight[];
}

export type FileRight = 'list' | 'metadata' | 'read' | 'write';
