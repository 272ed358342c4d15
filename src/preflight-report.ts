import type { ErrorRecord } from './core/errors.ts';
import type { Manifest } from './manifest/manifest.ts';
import type { MissingGrant } from './permissions/granting.ts';
import type { PermissionReport } from './permissions/report.ts';

/** What a look at one entry found, no guest code run. */
export interface EntryReport {
  /** As in the config; the place (`entries.3`) where the entry has no usable id. */
  readonly id: string;
  readonly isEnabled: boolean;
  readonly artifactPath?: string;
  readonly kind?: 'component' | 'script';
  readonly manifest?: Manifest;
  readonly digest?: string;
  readonly imports?: readonly string[];
  /** Components only: a script's exports are known once it runs. */
  readonly exports?: readonly string[];
  /** Permission texts in effect. */
  readonly effective?: readonly string[];
  readonly missing?: readonly MissingGrant[];
  /** Who asked, who granted, and what came of it. */
  readonly permissions?: PermissionReport;
  readonly problems: readonly ErrorRecord[];
}

/** The result of `signalbox check`. */
export interface PreflightReport {
  readonly file: string;
  /** The document as a whole cannot be used. */
  readonly problem?: ErrorRecord;
  readonly warnings: readonly ErrorRecord[];
  readonly entries: readonly EntryReport[];
}
