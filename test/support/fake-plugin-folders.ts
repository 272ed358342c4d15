import { parsePluginId } from '../../src/core/ids.ts';
import type { FoundPlugin, FoundPlugins, PluginFolders } from '../../src/ports/plugin-folders.ts';

/** A disk of plugin folders that are put in by hand. */
export class FakePluginFolders implements PluginFolders {
  looks = 0;
  result: FoundPlugins = { plugins: [], problems: [] };

  async find(_folder: string, signal: AbortSignal): Promise<FoundPlugins> {
    signal.throwIfAborted();
    this.looks += 1;
    return this.result;
  }

  /** From now on the disk holds these. */
  put(...plugins: readonly FoundPlugin[]): void {
    this.result = { plugins, problems: [] };
  }
}

export function foundPlugin(id: string, path = id): FoundPlugin {
  return { id: parsePluginId(id), path, version: '1.0.0' };
}
