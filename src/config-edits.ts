import { resolve } from 'node:path';
import type { ConfigDocument } from './config/document.ts';
import type { ConfigEdit } from './config/edit.ts';
import { openConfigFile } from './store/config-file.ts';
import { createFileWatcher } from './watch/file-watcher.ts';

/**
 * Changes a config file nobody here runs; a runtime elsewhere that watches the file picks the change up by itself.
 *
 * @throws `CONFIG_UNREADABLE`, `CONFIG_CONFLICT`, `CONFIG_EDIT_REFUSED`, `PLUGIN_UNKNOWN`
 */
export async function editConfigFile(
  file: string,
  edit: ConfigEdit,
  signal?: AbortSignal,
): Promise<ConfigDocument> {
  await using watcher = createFileWatcher();
  const configFile = await openConfigFile(resolve(file), watcher);
  return configFile.edit(edit, signal ?? new AbortController().signal);
}
