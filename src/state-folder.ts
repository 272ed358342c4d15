import { dirname, resolve } from 'node:path';
import type { ConfigDocument } from './config/document.ts';
import { parseConfig } from './config/parse.ts';
import type { ConfigFile } from './ports/config-file.ts';
import { readConfigText } from './store/config-text.ts';

const defaultStateDir = '.signalbox';

/** Where a runtime over this config keeps its state, absolute. A file that gives no document says nothing else than the default. */
export async function stateFolderOf(configFile: ConfigFile): Promise<string> {
  const reading = await configFile.read(AbortSignal.timeout(5_000));
  return folderIn(configFile.file, reading.outcome === 'document' ? reading.document : undefined);
}

/** The same for a config file nobody here runs. @throws `CONFIG_UNREADABLE` */
export async function stateFolderOfFile(file: string): Promise<string> {
  const seen = await readConfigText(file, AbortSignal.timeout(5_000));
  const parse = seen.state === 'text' ? parseConfig(seen.text, file) : undefined;
  return folderIn(file, parse?.outcome === 'document' ? parse.document : undefined);
}

function folderIn(file: string, document: ConfigDocument | undefined): string {
  return resolve(dirname(file), document?.settings.stateDir ?? defaultStateDir);
}
