import { type Command, Option } from 'commander';
import { logLevels, type PluginLogLine } from '../../relays/plugin-log.ts';
import type { ReceivedEvent } from '../wire/event-reader.ts';
import { jsonLine } from './json-text.ts';
import { settle } from './outcome.ts';
import { createNarrator, lineText } from './relay-lines.ts';
import { addRunningOptions, type RunningOptions, requireRunning } from './running.ts';
import { exitCodes, type Shell } from './shell.ts';

interface LogsOptions extends RunningOptions {
  readonly follow?: boolean;
  readonly level?: string;
}

export function addLogsCommand(program: Command, shell: Shell): void {
  const command = program
    .command('logs')
    .description('what plugins of a running runtime logged lately')
    .argument('[id]', 'of one plugin alone')
    .option('-f, --follow', 'go on with what they log from now on, until SIGINT')
    .addOption(new Option('--level <level>', 'this one and graver ones').choices([...logLevels]))
    .action((id: string | undefined, options: LogsOptions) =>
      settle(shell, options, () => logs(shell, id, options)),
    );
  addRunningOptions(command, 'one JSON object a line');
}

async function logs(shell: Shell, plugin: string | undefined, options: LogsOptions): Promise<number> {
  const client = await requireRunning(shell, options);
  const narrate = createNarrator(shell.cwd);
  const print = (value: PluginLogLine): void => {
    if (options.json) shell.print(jsonLine(value));
    else {
      for (const line of narrate({ time: value.time, relay: 'pluginLog', value })) {
        shell.print(lineText(line, shell.colors));
      }
    }
  };
  const query = new URLSearchParams({
    ...(plugin !== undefined && { plugin }),
    ...(options.level !== undefined && { level: options.level }),
  });
  const { readLogLine, readLogPage } = await import('../admin/wire-answers.ts');
  const { records, next } = readLogPage(await client.ask('GET', `/logs?${query}`));
  for (const line of records) print(line);
  if (!options.follow) return exitCodes.fine;

  const stopping = new AbortController();
  using _signals = shell.onStop((reason) => stopping.abort(reason));
  const follow = {
    path: `/events?${query}&topics=log`,
    lastEventId: next,
    receive: ({ event, data }: ReceivedEvent) => {
      if (event === 'log') print(readLogLine(JSON.parse(data)));
      // It begins anew when lines it had to tell are no longer kept.
      else if (event === 'reset')
        shell.complain('Lines are missing here: they came faster than they were read\n');
    },
  };
  await client.follow(follow, stopping.signal);
  return exitCodes.fine;
}
