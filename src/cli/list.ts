import type { Command } from 'commander';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import type { SocketClient } from '../admin/socket-client.ts';
import { SignalboxError } from '../core/errors.ts';
import type { EntryReport, PreflightReport } from '../preflight-report.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { addRunningOptions, findRunning, type RunningOptions, sayAbsent } from './running.ts';
import { exitCodes, type Shell } from './shell.ts';
import { tableLines } from './table.ts';

export function addListCommand(program: Command, shell: Shell): void {
  const command = program
    .command('list')
    .description('the plugins a config names, as they stand on disk, and what they do in a running runtime')
    .action((options: RunningOptions) => settle(shell, options, () => list(shell, options)));
  addRunningOptions(command, 'an array of objects; with a status each when a runtime runs the config');
}

async function list(shell: Shell, options: RunningOptions): Promise<number> {
  const running = await findRunning(shell, options);
  const { preflight } = await import('../preflight.ts');
  const { entries } = usable(await preflight(running.file, { prepare: false }));
  const statuses = running.client && (await statusesIn(running.client));
  sayAbsent(shell, running, 'this is what the config names');
  if (options.json) {
    shell.print(jsonDocument(entries.map((entry) => ({ ...summaryOf(entry), ...liveOf(entry, statuses) }))));
  } else if (entries.length === 0) {
    shell.print('No plugins: the config has no [[plugins.entries]]\n');
  } else {
    shell.print(`${listLines(entries, statuses, shell).join('\n')}\n`);
  }
  return exitCodes.fine;
}

type Statuses = ReadonlyMap<string, PluginStatus>;

async function statusesIn(client: SocketClient): Promise<Statuses> {
  const { plugins } = (await client.ask('GET', '/plugins')) as { readonly plugins: readonly PluginStatus[] };
  return new Map(plugins.map((status) => [status.id, status]));
}

function liveOf({ id }: EntryReport, statuses: Statuses | undefined): { readonly status?: PluginStatus } {
  const status = statuses?.get(id);
  return status ? { status } : {};
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

function listLines(
  entries: readonly EntryReport[],
  statuses: Statuses | undefined,
  { colors }: Shell,
): readonly string[] {
  const live = statuses ? ['STATE'] : [];
  const head = ['ID', ...live, 'ENABLED', 'KIND', 'VERSION', 'ARTIFACT', 'PROBLEMS'].map((text) => ({
    text,
    paint: colors.dim,
  }));
  const rows = entries.map(({ id, isEnabled, kind, manifest, artifactPath, problems }) => [
    { text: id, paint: colors.bold },
    ...live.map(() => ({ text: statuses?.get(id)?.state ?? '-' })),
    isEnabled ? { text: 'yes', paint: colors.green } : { text: 'no', paint: colors.dim },
    { text: kind ?? '-' },
    { text: manifest?.version ?? '-' },
    { text: artifactPath ?? '-' },
    { text: problems.map(({ code }) => code).join(', '), paint: colors.red },
  ]);
  return tableLines([head, ...rows]);
}
