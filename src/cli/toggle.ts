import type { Command } from 'commander';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import type { PluginId } from '../core/ids.ts';
import { printable } from '../core/printable.ts';
import { pluginPath, printStatus } from './control.ts';
import { type Edited, editConfig, editedBy, pluginIdOf } from './edit-config.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { shortPath } from './problem-text.ts';
import { addRunningOptions, findRunning, type Running, type RunningOptions, sayAbsent } from './running.ts';
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

/** What an edit left, and how the plugin is in the runtime that made it. */
interface Toggled {
  readonly edited: Edited;
  readonly status?: PluginStatus;
}

async function toggle(
  shell: Shell,
  text: string,
  enabled: boolean,
  options: RunningOptions,
): Promise<number> {
  const running = await findRunning(shell, options);
  const id = pluginIdOf(text);
  const { edited, status } = await toggleIn(running, id, enabled);
  sayAbsent(shell, running, 'the config alone is changed');
  const { file, line } = edited;
  const name = shortPath(file, shell.cwd);
  if (options.json) {
    shell.print(
      jsonDocument({
        id,
        enabled,
        changed: line !== undefined,
        file,
        ...(line !== undefined && { line }),
        ...(status && { status }),
      }),
    );
  } else if (line !== undefined) {
    shell.print(
      `${enabled ? 'Enabled' : 'Disabled'} "${id}" in ${name}:${line}: ${printable((edited.text ?? '').trim())}\n`,
    );
  } else {
    shell.print(`"${id}" is ${enabled ? 'enabled' : 'disabled'} already in ${name}\n`);
  }
  return status && !options.json ? printStatus(shell, status) : exitCodes.fine;
}

async function toggleIn({ file, client }: Running, id: PluginId, enabled: boolean): Promise<Toggled> {
  if (!client) return { edited: await editConfig(file, { change: 'set-enabled', id, enabled }) };
  const { readStatus } = await import('../admin/wire-answers.ts');
  const command = `${pluginPath(id)}/${enabled ? 'enable' : 'disable'}`;
  const { edited, answer } = await editedBy(file, () => client.ask('POST', command));
  return { edited, status: readStatus(answer) };
}
