import type { Command } from 'commander';
import type { Colors } from 'picocolors/types.js';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import type { SocketClient } from '../admin/socket-client.ts';
import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { EntryReport, PreflightReport } from '../preflight-report.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { toneColor, toneOfState } from './relay-lines.ts';
import { addRunningOptions, findRunning, type RunningOptions, sayAbsent } from './running.ts';
import { exitCodes, type Shell } from './shell.ts';
import { type Cell, tableLines } from './table.ts';

export function addListCommand(program: Command, shell: Shell): void {
  const command = program
    .command('list')
    .description('the plugins a config names, as they stand on disk, and what they do in a running runtime')
    .action((options: RunningOptions) => settle(shell, options, () => list(shell, options)));
  addRunningOptions(
    command,
    'an array of objects; with a status each when a runtime runs the config, and foundIn for those no entry names',
  );
}

async function list(shell: Shell, options: RunningOptions): Promise<number> {
  const running = await findRunning(shell, options);
  const { preflight } = await import('../preflight.ts');
  const { entries } = usable(await preflight(running.file, { prepare: false }));
  const statuses = running.client && (await statusesIn(running.client));
  sayAbsent(shell, running, 'this is what the config names');
  const listed = [
    ...entries.map((entry) => listedEntry(entry, statuses?.get(entry.id))),
    ...[...(statuses?.values() ?? [])].flatMap(listedFound),
  ];
  if (options.json) shell.print(jsonDocument(listed));
  else if (listed.length === 0) shell.print('No plugins: the config has no [[plugins.entries]]\n');
  else shell.print(`${listLines(listed, statuses !== undefined, shell).join('\n')}\n`);
  return exitCodes.fine;
}

type Statuses = ReadonlyMap<string, PluginStatus>;

async function statusesIn(client: SocketClient): Promise<Statuses> {
  const { readStatuses } = await import('../admin/wire-answers.ts');
  const statuses = readStatuses(await client.ask('GET', '/plugins'));
  return new Map(statuses.map((status) => [status.id, status]));
}

/** The report of a config that can be used. @throws the problem of one that cannot */
export function usable(report: PreflightReport): PreflightReport {
  if (report.problem) throw SignalboxError.fromRecord(report.problem);
  return report;
}

/** One row: a plugin as it stands on disk, and what it does in a running runtime. */
interface Listed {
  readonly id: string;
  readonly enabled: boolean;
  readonly kind?: string;
  readonly version?: string;
  readonly artifactPath?: string;
  /** Set while no entry names it: its folder. */
  readonly foundIn?: string;
  readonly problems: readonly ErrorRecord[];
  readonly status?: PluginStatus;
}

function listedEntry(
  { id, isEnabled, kind, manifest, artifactPath, problems }: EntryReport,
  status: PluginStatus | undefined,
): Listed {
  return {
    id,
    enabled: isEnabled,
    ...(kind && { kind }),
    ...(manifest && { version: manifest.version }),
    ...(artifactPath !== undefined && { artifactPath }),
    problems,
    ...(status && { status }),
  };
}

/** What `auto_discover` found and no entry names. */
function listedFound(status: PluginStatus): readonly Listed[] {
  const { id, version, foundIn } = status;
  if (foundIn === undefined) return [];
  return [{ id, enabled: false, ...(version !== undefined && { version }), foundIn, problems: [], status }];
}

function listLines(rows: readonly Listed[], isLive: boolean, { colors }: Shell): readonly string[] {
  const live = isLive ? ['STATE'] : [];
  const head = ['ID', ...live, 'ENABLED', 'KIND', 'VERSION', 'ARTIFACT', 'PROBLEMS'].map((text) => ({
    text,
    paint: colors.dim,
  }));
  return tableLines([
    head,
    ...rows.map(({ id, enabled, kind, version, artifactPath, foundIn, problems, status }) => [
      { text: id, paint: colors.bold },
      ...live.map(() => (status ? stateCell(status, colors) : { text: '-' })),
      enabled ? { text: 'yes', paint: colors.green } : { text: 'no', paint: colors.dim },
      { text: kind ?? '-' },
      { text: version ?? '-' },
      { text: artifactPath ?? (foundIn === undefined ? '-' : `${foundIn} (found, no entry names it)`) },
      { text: codesOf(problems, status).join(', '), paint: colors.red },
    ]),
  ]);
}

/** `Error (quarantined)` */
function stateCell({ state, phase, degraded }: PluginStatus, colors: Colors): Cell {
  const inside = degraded ? 'degraded' : state === 'Error' ? phase : undefined;
  return {
    text: inside === undefined ? state : `${state} (${inside})`,
    paint: toneColor(degraded ? 'warning' : toneOfState[state], colors),
  };
}

/** What is wrong on disk and what went wrong in the runtime, each once. */
function codesOf(problems: readonly ErrorRecord[], status: PluginStatus | undefined): readonly string[] {
  const live = status?.error ?? status?.degraded;
  return [...new Set([...problems, ...(live ? [live] : [])].map(({ code }) => code))];
}
