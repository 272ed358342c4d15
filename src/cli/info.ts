import type { Command } from 'commander';
import type { Colors } from 'picocolors/types.js';
import { SignalboxError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { EntryReport } from '../preflight-report.ts';
import { chooseConfig } from './config-choice.ts';
import { jsonDocument } from './json-text.ts';
import { usable } from './list.ts';
import { settle } from './outcome.ts';
import { problemText } from './problem-text.ts';
import { exitCodes, type Shell } from './shell.ts';
import { tableLines } from './table.ts';

interface InfoOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export function addInfoCommand(program: Command, shell: Shell): void {
  program
    .command('info')
    .description('everything known about one plugin without running it')
    .argument('<id>', 'its id in the config')
    .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
    .option('--json', 'one object')
    .action((id: string, options: InfoOptions) => settle(shell, options, () => info(shell, id, options)));
}

async function info(shell: Shell, id: string, { config, json }: InfoOptions): Promise<number> {
  const { preflight } = await import('../preflight.ts');
  const { entries } = usable(await preflight(await chooseConfig(shell.cwd, config), { prepare: false }));
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) {
    throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(id)}`, {
      hint: `The config names ${entries.map((known) => known.id).join(', ') || 'no plugin'}`,
    });
  }
  if (json) shell.print(jsonDocument(entry));
  else {
    shell.print(`${factLines(entry, shell.colors).join('\n')}\n`);
    for (const problem of entry.problems) shell.print(`\n${problemText(problem, shell)}`);
  }
  return exitCodes.fine;
}

function factLines(entry: EntryReport, colors: Colors): readonly string[] {
  const { manifest, missing = [] } = entry;
  const facts: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ['enabled', entry.isEnabled ? 'yes' : 'no'],
    ['kind', entry.kind],
    ['version', manifest?.version],
    ['description', manifest?.description],
    ['authors', manifest?.authors?.join(', ')],
    ['license', manifest?.license],
    ['artifact', entry.artifactPath],
    ['digest', entry.digest],
    ['imports', entry.imports],
    [
      'asks for',
      manifest?.permissions?.map(
        ({ want, reason, optional }) => `${want} (${optional ? 'optional: ' : ''}${reason})`,
      ),
    ],
    ['may', entry.effective],
    ['lacks', missing.map(({ permission, tomlLine }) => `${permission}; to allow it: ${tomlLine}`)],
  ];
  const rows = facts.flatMap(([name, value]) => {
    const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    return values.map((text, index) => [{ text: index === 0 ? name : '', paint: colors.dim }, { text }]);
  });
  return [colors.bold(printable(entry.id)), ...tableLines(rows)];
}
