import { join } from 'node:path';
import { systemClock } from './core/clock.ts';
import { openTokenFile, type TokenFile } from './store/token-file.ts';

const fileName = 'tokens.json';

/** The tokens of the admin API of runtimes with this state folder. */
export function openTokens(stateFolder: string): TokenFile {
  return openTokenFile(join(stateFolder, fileName), systemClock);
}
