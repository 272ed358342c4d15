import { type Command, InvalidArgumentError } from 'commander';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { printable } from '../core/printable.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { problemText } from './problem-text.ts';
import { statusText } from './relay-lines.ts';
import { addRunningOptions, type RunningOptions, requireRunning } from './running.ts';
import { exitCodes, type Shell } from './shell.ts';

interface CallOptions extends RunningOptions {
  readonly deadline?: number;
}

const callHelp = `
Each argument is JSON, or text where it is not:
  $ signalbox call host.calculator add 1 2
  $ signalbox call host.greeter greet '{"name": "Ada"}'`;

/** Commands that a running runtime carries out. */
export function addControlCommands(program: Command, shell: Shell): void {
  const call = program
    .command('call')
    .description('call an export of a plugin in a running runtime and print what it returns')
    .argument('<id>', 'its id in the config')
    .argument('<export>', 'greet, or interface.function')
    .argument('[args...]', 'its arguments')
    .option('--deadline <ms>', 'at most what its limits say', wholeNumber)
    .addHelpText('after', callHelp)
    .action((id: string, name: string, args: readonly string[], options: CallOptions) =>
      settle(shell, options, () => runCall(shell, id, name, args, options)),
    );
  addRunningOptions(call, '{result}');
  for (const [name, description] of [
    ['reload', 'load the artifact of a plugin anew in a running runtime'],
    ['retry', 'let a plugin in a running runtime leave backoff or quarantine at once'],
  ] as const) {
    const command = program
      .command(name)
      .description(description)
      .argument('<id>', 'its id in the config')
      .action((id: string, options: RunningOptions) =>
        settle(shell, options, () => runCommand(shell, id, name, options)),
      );
    addRunningOptions(command, 'its status');
  }
}

/** The path of a plugin in the admin API. */
export function pluginPath(id: string): string {
  return `/plugins/${encodeURIComponent(id)}`;
}

/** What a status says to people, on standard output. */
export function printStatus(shell: Shell, status: PluginStatus): number {
  shell.print(
    `${printable(status.id)} ${status.state} ${printable(statusText(status))}`.trimEnd().concat('\n'),
  );
  const problem = status.error ?? status.degraded;
  if (problem) shell.complain(problemText(problem, { colors: shell.errorColors, cwd: shell.cwd }));
  return problem ? exitCodes.problem : exitCodes.fine;
}

async function runCall(
  shell: Shell,
  id: string,
  name: string,
  args: readonly string[],
  options: CallOptions,
): Promise<number> {
  const client = await requireRunning(shell, options);
  const answer = await client.ask('POST', `${pluginPath(id)}/call`, {
    export: name,
    args: args.map(valueIn),
    ...(options.deadline !== undefined && { deadline_ms: options.deadline }),
  });
  if (options.json) shell.print(jsonDocument(answer));
  else {
    const { result }: { result?: unknown } = Object(answer);
    shell.print(typeof result === 'string' ? `${printable(result)}\n` : jsonDocument(result));
  }
  return exitCodes.fine;
}

async function runCommand(
  shell: Shell,
  id: string,
  name: 'reload' | 'retry',
  options: RunningOptions,
): Promise<number> {
  const client = await requireRunning(shell, options);
  const status = (await client.ask('POST', `${pluginPath(id)}/${name}`)) as PluginStatus;
  if (!options.json) return printStatus(shell, status);
  shell.print(jsonDocument(status));
  return (status.error ?? status.degraded) ? exitCodes.problem : exitCodes.fine;
}

function valueIn(argument: string): unknown {
  try {
    return JSON.parse(argument);
  } catch (error) {
    if (error instanceof SyntaxError) return argument;
    throw error;
  }
}

function wholeNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no number of milliseconds.');
}
