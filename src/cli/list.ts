import type { Command } from 'commander';
import { SignalboxError } from '../core/errors.ts';
import type { EntryReport, PreflightReport } from '../preflight-report.ts';
import { chooseConfig } from './config-choice.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { exitCodes, type Shell } from './shell.ts';
import { tableLines } from './table.ts';

interface ListOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export function addListCommand(program: Command, shell: Shell): void {
  program
    .command('list')
    .description('the plugins a config names, as they stand on disk')
    .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
    .option('--json', 'an array of objects')
    .action((options: ListOptions) => settle(shell, options, () => list(shell, options)));
}

async function list(shell: Shell, { config, json }: ListOptions): Promise<number> {
  const { preflight } = await import('../preflight.ts');
  const { entries } = usable(await preflight(await chooseConfig(shell.cwd, config), { prepare: false }));
  if (json) {
    shell.print(jsonDocument(entries.map(summaryOf)));
  } else if (entries.length === 0) {
    shell.print('No plugins: the config has no [[plugins.entries]]\n');
  } else {
    shell.print(`${listLines(entries, shell).join('\n')}\n`);
  }
  return exitCodes.fine;
}

/** The report of a config that can be used. @throws the problem of one that cannot */
export function usable(report: PreflightReport): PreflightReport {
  if (report.problem) throw SignalboxError.fromRecord(report.problem);
  return report;
}

function summaryOf({ id, isEnabled, kind, manifest, artifactPath, problems }: EntryReport) {
  return {
    id,
    enabled: isEnabled,
    ...(kind && { kind }),
    ...(manifest && { version: manifest.version }),
    ...(artifactPath !== undefined && { artifactPath }),
    problems,
  };
}

function listLines(entries: readonly EntryReport[], { colors }: Shell): readonly string[] {
  const head = ['ID', 'ENABLED', 'KIND', 'VERSION', 'ARTIFACT', 'PROBLEMS'].map((text) => ({
    text,
    paint: colors.dim,
  }));
  const rows = entries.map(({ id, isEnabled, kind, manifest, artifactPath, problems }) => [
    { text: id, paint: colors.bold },
    isEnabled ? { text: 'yes', paint: colors.green } : { text: 'no', paint: colors.dim },
    { text: kind ?? '-' },
    { text: manifest?.version ?? '-' },
    { text: artifactPath ?? '-' },
    { text: problems.map(({ code }) => code).join(', '), paint: colors.red },
  ]);
  return tableLines([head, ...rows]);
}
