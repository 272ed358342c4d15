import type { Command } from 'commander';
import { printable } from '../core/printable.ts';
import { chooseConfig } from './config-choice.ts';
import { editConfig, pluginIdOf } from './edit-config.ts';
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
  const edited = await editConfig(file, [{ change: 'set-enabled', id: pluginIdOf(id), enabled }]);
  const name = shortPath(file, shell.cwd);
  if (json) {
    shell.print(
      jsonDocument({
        id,
        enabled,
        changed: edited.line !== undefined,
        file,
        ...(edited.line !== undefined && { line: edited.line }),
      }),
    );
  } else if (edited.line !== undefined) {
    shell.print(
      `${enabled ? 'Enabled' : 'Disabled'} "${id}" in ${name}:${edited.line}: ${printable((edited.text ?? '').trim())}\n`,
    );
  } else {
    shell.print(`"${id}" is ${enabled ? 'enabled' : 'disabled'} already in ${name}\n`);
  }
  return exitCodes.fine;
}
