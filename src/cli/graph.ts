import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { SignalboxError } from '../core/errors.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { exitCodes, type Shell } from './shell.ts';

const formats = ['mermaid', 'svg'] as const;

interface GraphOptions {
  readonly json?: boolean;
  readonly format: (typeof formats)[number];
}

export function addGraphCommand(program: Command, shell: Shell): void {
  program
    .command('graph')
    .description('the state machines as diagrams')
    .argument('[machine]', 'one of them; default: all')
    .addOption(
      new Option('--format <format>', 'mermaid is text, svg one picture and needs the name of a machine')
        .choices(formats)
        .default('mermaid'),
    )
    .option('--json', 'an array of {name, mermaid} or {name, svg}')
    .action((name: string | undefined, options: GraphOptions) =>
      settle(shell, options, () => graph(shell, name, options)),
    );
}

async function graph(
  shell: Shell,
  name: string | undefined,
  { json, format }: GraphOptions,
): Promise<number> {
  const { machines } = await import('../machines.ts');
  const { toMermaid } = await import('../inspect/mermaid.ts');
  const all = machines();
  const chosen = all.filter((candidate) => name === undefined || candidate.name === name);
  const known = `Machines are ${all.map((machine) => machine.name).join(', ')}`;
  if (chosen.length === 0) {
    throw new SignalboxError('ARGUMENT_INVALID', `There is no machine ${JSON.stringify(name)}`, {
      hint: known,
    });
  }
  if (format === 'svg' && name === undefined && !json) {
    throw new SignalboxError('ARGUMENT_INVALID', 'One picture shows one machine', { hint: known });
  }
  const drawn = await Promise.all(
    chosen.map(async ({ name: machineName, machine }) => ({
      name: machineName,
      text: format === 'svg' ? await pictureOf(machineName) : toMermaid(machine),
    })),
  );
  if (json)
    shell.print(
      jsonDocument(drawn.map(({ name: machineName, text }) => ({ name: machineName, [format]: text }))),
    );
  else if (format === 'svg') shell.print(drawn.map(({ text }) => text).join(''));
  else
    shell.print(
      drawn.map(({ name: machineName, text }) => `%% ${machineName}\n${text.trimEnd()}\n`).join('\n'),
    );
  return exitCodes.fine;
}

/** Drawn when the package was built. */
function pictureOf(name: string): Promise<string> {
  return readFile(new URL(`../../generated/statecharts/${name}.svg`, import.meta.url), 'utf8');
}
