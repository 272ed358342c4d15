import { parsePluginId } from '../../src/core/ids.ts';
import { openConfigFile } from '../../src/store/config-file.ts';
import { unwatched } from './unwatched.ts';

/** Saves again and again, counting up from a number, and tells each save that was acknowledged. */
const [, , file = '', from] = process.argv;
const config = await openConfigFile(file, unwatched);
const { signal } = new AbortController();
for (let round = Number(from); ; round++) {
  await config.edit({ change: 'set-config', id: parsePluginId('a'), key: 'round', value: round }, signal);
  process.stdout.write(`${round}\n`);
}
