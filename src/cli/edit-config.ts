import { readFile } from 'node:fs/promises';
import { SignalboxError } from '../core/errors.ts';
import { isPluginId, type PluginId } from '../core/ids.ts';
import type { ConfigEdit } from '../index.ts';

/** What an edit left in the file. */
export interface Edited {
  readonly file: string;
  /** The first line that differs, numbered from 1, as it reads now; absent when nothing changed. */
  readonly line?: number;
  readonly text?: string;
}

/** Changes a config file in one save. A runtime that runs it follows by itself. */
export async function editConfig(file: string, edit: ConfigEdit): Promise<Edited> {
  const { editConfigFile } = await import('../config-edits.ts');
  const { edited } = await editedBy(file, () => editConfigFile(file, edit));
  return edited;
}

/** What somebody leaves in the file, the runtime that runs it for one, and what that answers. */
export async function editedBy<Answer>(
  file: string,
  edit: () => Promise<Answer>,
): Promise<{ readonly edited: Edited; readonly answer: Answer }> {
  const before = await readFile(file, 'utf8');
  const answer = await edit();
  return { edited: { file, ...firstDifference(before, await readFile(file, 'utf8')) }, answer };
}

/** @throws `PLUGIN_UNKNOWN` for what cannot be an id */
export function pluginIdOf(text: string): PluginId {
  if (isPluginId(text)) return text;
  throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(text)}`);
}

function firstDifference(before: string, after: string): Pick<Edited, 'line' | 'text'> {
  const was = before.split('\n');
  for (const [index, text] of after.split('\n').entries()) {
    if (text !== was[index]) return { line: index + 1, text };
  }
  return {};
}
