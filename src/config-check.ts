import { parseConfig } from './config/parse.ts';
import type { ErrorRecord } from './core/errors.ts';
import type { PluginId } from './core/ids.ts';

/** What is wrong with the text of a config. Nothing it names is looked at. */
export interface ConfigCheck {
  /** Why it gives no document at all. */
  readonly problem?: ErrorRecord;
  /** Entries that can be used. */
  readonly entries: readonly { readonly id: PluginId; readonly enabled: boolean }[];
  /** Entries that cannot. */
  readonly rejected: readonly { readonly id: PluginId; readonly error: ErrorRecord }[];
  readonly warnings: readonly ErrorRecord[];
}

/** Reads text as a config file would be read. @param file what problems call it */
export function checkConfigText(text: string, file: string): ConfigCheck {
  const parse = parseConfig(text, file);
  if (parse.outcome === 'invalid') return { problem: parse.error, entries: [], rejected: [], warnings: [] };
  const { entries, rejected, warnings } = parse.document;
  return { entries: entries.map(({ id, enabled }) => ({ id, enabled })), rejected, warnings };
}
