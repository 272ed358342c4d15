import type { Denials } from './denials.ts';
import type { StreamContext } from './streams.ts';
import type { WasiGrant } from './wasi-host.ts';

/** Interfaces as jco's glue takes them: functions in camelCase, resources as classes. */
export type WasiInterfaces = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the parts of one instance's virtual WASI share. */
export interface WasiContext extends StreamContext {
  readonly grant: WasiGrant;
  readonly denials: Denials;
  /** Nanoseconds since a moment before the instance started. */
  readonly nowNanos: () => bigint;
}
