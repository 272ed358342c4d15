import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { SignalboxError } from '../core/errors.ts';
import { isPluginId, type PluginId } from '../core/ids.ts';
import { printable } from '../core/printable.ts';
import { pluginPath, printStatus } from './control.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { shortPath } from './problem-text.ts';
import { addRunningOptions, findRunning, type RunningOptions, sayAbsent } from './running.ts';
import { exitCodes, type Shell } from './shell.ts';

/** `enable` and `disable`: the same edit in both directions. */
export function addToggleCommands(program: Command, shell: Shell): void {
  for (const [name, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    const command = program
      .command(name)
      .description(`write enabled = ${enabled} into the config, and wait for the runtime that runs it`)
      .argument('<id>', 'its id in the config')
      .action((id: string, options: RunningOptions) =>
        settle(shell, options, () => toggle(shell, id, enabled, options)),
      );
    addRunningOptions(command, '{id, enabled, changed, file, line}; with its status when a runtime runs it');
  }
}

async function toggle(shell: Shell, id: string, enabled: boolean, options: RunningOptions): Promise<number> {
  const running = await findRunning(shell, options);
  const { file, client } = running;
  if (!isPluginId(id))
    throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(id)}`);
  const before = await readFile(file, 'utf8');
  const status = client
    ? ((await client.ask('POST', `${pluginPath(id)}/${enabled ? 'enable' : 'disable'}`)) as PluginStatus)
    : await editAlone(file, id, enabled);
  sayAbsent(shell, running, 'the config alone is changed');
  const edited = firstDifference(before, await readFile(file, 'utf8'));
  const name = shortPath(file, shell.cwd);
  if (options.json) {
    shell.print(
      jsonDocument({
        id,
        enabled,
        changed: edited !== undefined,
        file,
        ...(edited && { line: edited.line }),
        ...(status && { status }),
      }),
    );
  } else if (edited) {
    shell.print(
      `${enabled ? 'Enabled' : 'Disabled'} "${id}" in ${name}:${edited.line}: ${printable(edited.text.trim())}\n`,
    );
  } else {
    shell.print(`"${id}" is ${enabled ? 'enabled' : 'disabled'} already in ${name}\n`);
  }
  return status && !options.json ? printStatus(shell, status) : exitCodes.fine;
}

async function editAlone(file: string, id: PluginId, enabled: boolean): Promise<undefined> {
  const { editConfigFile } = await import('../config-edits.ts');
  await editConfigFile(file, { change: 'set-enabled', id, enabled });
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
