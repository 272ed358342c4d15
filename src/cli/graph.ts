import type { Command } from 'commander';
import { SignalboxError } from '../core/errors.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { exitCodes, type Shell } from './shell.ts';

interface GraphOptions {
  readonly json?: boolean;
}

export function addGraphCommand(program: Command, shell: Shell): void {
  program
    .command('graph')
    .description('the state machines as Mermaid diagrams')
    .argument('[machine]', 'one of them; default: all')
    .option('--json', 'an array of {name, mermaid}')
    .action((name: string | undefined, options: GraphOptions) =>
      settle(shell, options, () => graph(shell, name, options)),
    );
}

async function graph(shell: Shell, name: string | undefined, { json }: GraphOptions): Promise<number> {
  const { machines } = await import('../machines.ts');
  const { toMermaid } = await import('../inspect/mermaid.ts');
  const all = machines();
  const chosen = all.filter((candidate) => name === undefined || candidate.name === name);
  if (chosen.length === 0) {
    throw new SignalboxError('ARGUMENT_INVALID', `There is no machine ${JSON.stringify(name)}`, {
      hint: `Machines are ${all.map((known) => known.name).join(', ')}`,
    });
  }
  const diagrams = chosen.map(({ name, machine }) => ({ name, mermaid: toMermaid(machine) }));
  shell.print(
    json
      ? jsonDocument(diagrams)
      : diagrams.map(({ name, mermaid }) => `%% ${name}\n${mermaid.trimEnd()}\n`).join('\n'),
  );
  return exitCodes.fine;
}
