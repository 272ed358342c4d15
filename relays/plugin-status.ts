import type { ErrorRecord } from '../src/core/errors.ts';
import type { Digest, PluginId } from '../src/core/ids.ts';

export const pluginStates = ['Disabled', 'Loading', 'Ready', 'Error'] as const;
export type PluginState = (typeof pluginStates)[number];

/** What one plugin is doing, as of `since`. */
export interface PluginStatus {
  readonly id: PluginId;
  readonly state: PluginState;
  /** Where inside the state: `preparing`, `backoff`, `pendingApproval`. */
  readonly phase?: string;
  /** Milliseconds since 1970-01-01 UTC at which `state` was entered. */
  readonly since: number;
  /** For people. */
  readonly message?: string;
  readonly error?: ErrorRecord;
  /** It serves, but an older version: why the newer one could not be swapped in. */
  readonly degraded?: ErrorRecord;
  /** Set while no entry names it: the folder it was found in, from the config file's own, with forward slashes. */
  readonly foundIn?: string;
  /** From the manifest. */
  readonly version?: string;
  readonly digest?: Digest;
  /** Where it runs: `shared#2`, `own`, `thread`. */
  readonly cell?: string;
  /** What confines that cell, as reached: `process+no-net+no-disk`, `process`, `thread`. */
  readonly tier?: string;
}

/** Everything known of all plugins. `loading` until the first config document was applied; after that `plugins` may be empty. */
export interface StatusBoard {
  readonly phase: 'loading' | 'known';
  readonly plugins: ReadonlyMap<PluginId, PluginStatus>;
  /** The status this value differs by from the one before; a removed plugin is `Disabled` here and gone from `plugins`. */
  readonly changed?: PluginStatus;
  /** What discovery came upon and could not use: manifests that are not valid, folders that cannot be read or watched. */
  readonly discoveryProblems?: readonly ErrorRecord[];
}

export const loadingBoard: StatusBoard = { phase: 'loading', plugins: new Map() };
