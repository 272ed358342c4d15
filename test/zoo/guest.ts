import { type Isolation, isolations } from '../../src/config/document.ts';
import type { ErrorCode } from '../../src/core/error-catalogue.ts';
import type { Limits } from '../../src/permissions/limits.ts';
import type { BrokenBytes } from './broken-bytes.ts';

/** What a guest is made of. */
export type GuestArtifact =
  /** A file of test/fixtures/plugins/scripts. */
  | { readonly script: string }
  /** A text of test/fixtures/plugins/components, made into a component. */
  | { readonly component: string }
  /** Bytes no toolchain puts out. */
  | { readonly bytes: BrokenBytes }
  /** A folder with this plugin.toml and a script or a component as `entry`. */
  | { readonly manifest: string; readonly entry?: GuestArtifact }
  /** Something that is there already, from the folder of the cage. */
  | { readonly path: string };

/** How a strike must end, whole. */
export type End =
  | { readonly end: 'error'; readonly at: 'load' | 'call' | 'event' | 'reload'; readonly code: ErrorCode }
  | { readonly end: 'returned'; readonly value: unknown }
  | { readonly end: 'stopped' }
  | { readonly end: 'quarantined'; readonly code: ErrorCode }
  | { readonly end: 'degraded'; readonly code: ErrorCode };

/** Where it goes wrong: while it is loaded, in one call, in an event of the host, while it is stopped, call after call, while it is reloaded. */
export type StrikesAt = 'load' | 'call' | 'event' | 'shutdown' | 'every call' | 'reload';

/** One misbehaving guest of the zoo. */
export interface ZooGuest {
  readonly id: string;
  /** What it does, for the table. */
  readonly does: string;
  readonly artifact: GuestArtifact;
  readonly strikes: StrikesAt;
  /** The limit or rule that must stop it, or keep what it does from mattering. */
  readonly rule: string;
  readonly end: End;
  /** `{open}`, `{inner}`, `{innerPort}` and `{folder}` stand for two servers, a port and the folder of the cage, in what follows too. */
  readonly permissions?: readonly string[];
  readonly args?: readonly unknown[];
  /** Default `strike`. */
  readonly export?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly limits?: Partial<Limits>;
  /** It cannot be stopped without its cell: in a shared one its neighbours start again, and serve. */
  readonly evicts?: boolean;
  /** What it may make the host publish at most, beside what the rate allows each second. */
  readonly tells?: { readonly limit: 'log_lines_per_second' | 'publishes_per_second' };
  /** Files are exchanged for links while it strikes. */
  readonly isRaced?: boolean;
}

export const atLoad = (code: ErrorCode): End => ({ end: 'error', at: 'load', code });
export const inCall = (code: ErrorCode): End => ({ end: 'error', at: 'call', code });
export const inEvent = (code: ErrorCode): End => ({ end: 'error', at: 'event', code });
export const returns = (value?: unknown): End => ({ end: 'returned', value });

/** Runs out within a tenth of a second, where the defaults take longer than anyone wants to wait for two hundred guests. */
export const littleFuel = { fuel_per_call: 20_000_000 } as const;

/** Why an artifact is refused before anything of it runs. */
const refusedUnrun: ReadonlySet<ErrorCode> = new Set([
  'ARTIFACT_INVALID',
  'ARTIFACT_MISSING',
  'ARTIFACT_NAME_REFUSED',
  'ARTIFACT_TOO_LARGE',
  'MANIFEST_INVALID',
  'API_INCOMPATIBLE',
  'WORLD_MISMATCH',
  'IMPORT_UNKNOWN',
  'IMPORT_UNDECLARED',
  'PREPARE_FAILED',
]);

/** Where a guest strikes: in each tier, but what is refused before it comes to one is refused once. */
export function tiersOf({ end }: ZooGuest): readonly Isolation[] {
  return end.end === 'error' && end.at === 'load' && refusedUnrun.has(end.code) ? ['shared'] : isolations;
}
