import type { Command } from 'commander';
import { printable } from '../core/printable.ts';
import type { EntryReport, PreflightReport } from '../preflight-report.ts';
import { chooseConfig } from './config-choice.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { problemText, shortPath } from './problem-text.ts';
import { exitCodes, type Shell } from './shell.ts';

interface CheckOptions {
  readonly config?: string;
  readonly json?: boolean;
}

const help = `
Looks at the config, and at the manifest, artifact, WIT and permissions of every plugin, enabled or not. Runs none of their code.

Exit codes: 0 all is fine, warnings included; 1 a plugin has a problem; 2 the config as a whole cannot be used.`;

export function addCheckCommand(program: Command, shell: Shell): void {
  program
    .command('check')
    .description('look for problems without running any plugin')
    .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
    .option('--json', 'the whole report as one object')
    .addHelpText('after', help)
    .action((options: CheckOptions) => settle(shell, options, () => check(shell, options)));
}

async function check(shell: Shell, { config, json }: CheckOptions): Promise<number> {
  const { preflight } = await import('../preflight.ts');
  const report = await preflight(await chooseConfig(shell.cwd, config));
  shell.print(json ? jsonDocument(report) : reportText(report, shell));
  if (report.problem) return exitCodes.unusable;
  return report.entries.some(({ problems }) => problems.length > 0) ? exitCodes.problem : exitCodes.fine;
}

/** The report for people: warnings, one line a plugin with its problems below, a summary. */
export function reportText(
  { file, problem, warnings, entries }: PreflightReport,
  { colors, cwd }: Shell,
): string {
  if (problem) return problemText(problem, { colors, cwd });
  const count = entries.reduce((sum, { problems }) => sum + problems.length, 0);
  return [
    ...warnings.map((warning) => problemText(warning, { colors, cwd, severity: 'warning' })),
    ...entries.flatMap((entry) => entryTexts(entry, { colors, cwd })),
    `${shortPath(file, cwd)}: ${counted(entries.length, 'plugin')}, ${counted(count, 'problem')}, ${counted(warnings.length, 'warning')}\n`,
  ].join('');
}

function entryTexts(
  { id, isEnabled, kind, problems }: EntryReport,
  style: Pick<Shell, 'colors' | 'cwd'>,
): readonly string[] {
  const { colors } = style;
  const badge = problems.length === 0 ? colors.green('✔') : colors.red('✖');
  const facts = [kind, isEnabled ? undefined : 'disabled'].filter((fact) => fact !== undefined).join(', ');
  return [
    `${badge} ${colors.bold(printable(id))}${facts && colors.dim(` ${facts}`)}\n`,
    ...problems.map((problem) => problemText(problem, style).replace(/^(?=.)/gm, '  ')),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
