import { dirname, resolve } from 'node:path';
import type { ConfigFile } from './ports/config-file.ts';
import { openConfigFile } from './store/config-file.ts';
import { createFileWatcher } from './watch/file-watcher.ts';

const defaultStateDir = '.signalbox';

/** Where a runtime over this config keeps its state, absolute. A file that gives no document says nothing else than the default. */
export async function stateFolderOf(configFile: ConfigFile): Promise<string> {
  const reading = await configFile.read(AbortSignal.timeout(5_000));
  const stateDir = reading.outcome === 'document' ? reading.document.settings.stateDir : defaultStateDir;
  return resolve(dirname(configFile.file), stateDir);
}

/** The same for a config file nobody here runs. @throws `CONFIG_UNREADABLE` */
export async function stateFolderOfFile(file: string): Promise<string> {
  await using watcher = createFileWatcher();
  return stateFolderOf(await openConfigFile(resolve(file), watcher));
}
