import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { SignalboxError } from '../core/errors.ts';
import { isPluginId } from '../core/ids.ts';
import { printable } from '../core/printable.ts';
import { chooseConfig } from './config-choice.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { shortPath } from './problem-text.ts';
import { exitCodes, type Shell } from './shell.ts';

interface ToggleOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** `enable` and `disable`: the same edit in both directions. */
export function addToggleCommands(program: Command, shell: Shell): void {
  for (const [name, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    program
      .command(name)
      .description(`write enabled = ${enabled} into the config; a runtime that runs it follows`)
      .argument('<id>', 'its id in the config')
      .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
      .option('--json', '{id, enabled, changed, file, line}')
      .action((id: string, options: ToggleOptions) =>
        settle(shell, options, () => toggle(shell, id, enabled, options)),
      );
  }
}

async function toggle(
  shell: Shell,
  id: string,
  enabled: boolean,
  { config, json }: ToggleOptions,
): Promise<number> {
  const file = await chooseConfig(shell.cwd, config);
  if (!isPluginId(id))
    throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(id)}`);
  const before = await readFile(file, 'utf8');
  const { editConfigFile } = await import('../config-edits.ts');
  await editConfigFile(file, { change: 'set-enabled', id, enabled });
  const edited = firstDifference(before, await readFile(file, 'utf8'));
  const name = shortPath(file, shell.cwd);
  if (json) {
    shell.print(
      jsonDocument({
        id,
        enabled,
        changed: edited !== undefined,
        file,
        ...(edited && { line: edited.line }),
      }),
    );
  } else if (edited) {
    shell.print(
      `${enabled ? 'Enabled' : 'Disabled'} "${id}" in ${name}:${edited.line}: ${printable(edited.text.trim())}\n`,
    );
  } else {
    shell.print(`"${id}" is ${enabled ? 'enabled' : 'disabled'} already in ${name}\n`);
  }
  return exitCodes.fine;
}

/** The first line that differs, numbered from 1, as it reads now. */
function firstDifference(
  before: string,
  after: string,
): { readonly line: number; readonly text: string } | undefined {
  const was = before.split('\n');
  for (const [index, text] of after.split('\n').entries()) {
    if (text !== was[index]) return { line: index + 1, text };
  }
  return undefined;
}
