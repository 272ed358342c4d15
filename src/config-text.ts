import { type ComposedEntry, composeConfig } from './config/compose.ts';
import type { ConfigText } from './options.ts';

/** A config that lives in no file, made of entries. Relative paths in them start at `baseFolder`, an absolute path. */
export function configTextOf(entries: readonly ComposedEntry[], baseFolder: string): ConfigText {
  return { text: composeConfig(entries), baseFolder };
}
