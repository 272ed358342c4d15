import type { ErrorRecord } from '../core/errors.ts';
import type { PluginId } from '../core/ids.ts';

/** A folder with a valid `plugin.toml`. */
export interface FoundPlugin {
  readonly id: PluginId;
  /** From the folder that was searched, with forward slashes; `.` for that folder itself. */
  readonly path: string;
  readonly version: string;
  readonly description?: string;
}

export interface FoundPlugins {
  /** Each id once, the outermost folder first. */
  readonly plugins: readonly FoundPlugin[];
  /** What lies there and cannot be used: manifests that are not valid, folders that cannot be read. */
  readonly problems: readonly ErrorRecord[];
}

/** Looks for plugins on disk. */
export interface PluginFolders {
  /**
   * @param folder absolute path
   * @throws `DISCOVERY_FAILED` when the folder itself cannot be read
   */
  find(folder: string, signal: AbortSignal): Promise<FoundPlugins>;
}
