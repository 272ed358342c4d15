import type { Command } from 'commander';
import { SignalboxError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { GrantReport, WantReport } from '../index.ts';
import type { EntryReport } from '../preflight-report.ts';
import { chooseConfig } from './config-choice.ts';
import { jsonDocument } from './json-text.ts';
import { usable } from './list.ts';
import { settle } from './outcome.ts';
import { exitCodes, type Shell } from './shell.ts';
import { type Cell, tableLines } from './table.ts';

interface PermissionsOptions {
  readonly config?: string;
  readonly json?: boolean;
}

const help = `
States: granted; leased (until a time or a number of uses); missing (required, so the plugin waits); withheld (optional, it does
without); forbidden (the policy of its entry says no); waiting (an upgrade asks for it: "signalbox grant <id> --approve").

Exit codes: 0 nothing is required in vain; 1 something is missing, forbidden or waits.`;

export function addPermissionsCommand(program: Command, shell: Shell): void {
  program
    .command('permissions')
    .description('what plugins ask for and why, what they were granted, and what came of it')
    .argument('[id]', 'its id in the config; default: all')
    .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
    .option('--json', 'an array of {id, enabled, policy, wants, grants}')
    .addHelpText('after', help)
    .action((id: string | undefined, options: PermissionsOptions) =>
      settle(shell, options, () => permissions(shell, id, options)),
    );
}

async function permissions(
  shell: Shell,
  id: string | undefined,
  options: PermissionsOptions,
): Promise<number> {
  const all = await examined(await chooseConfig(shell.cwd, options.config));
  const entries = id === undefined ? all : [entryOf(all, id)];
  if (options.json) {
    shell.print(
      jsonDocument(
        entries.map(({ id, isEnabled, permissions: report, problems }) => ({
          id,
          enabled: isEnabled,
          ...report,
          problems,
        })),
      ),
    );
  } else shell.print(entries.map((entry) => `${linesOf(entry, shell).join('\n')}\n`).join('\n'));
  const isWaiting = entries.some(
    ({ isEnabled, permissions: report }) =>
      isEnabled && report?.wants.some(({ state }) => ['missing', 'forbidden', 'waiting'].includes(state)),
  );
  return isWaiting ? exitCodes.problem : exitCodes.fine;
}

/** Every entry of a config, looked at without running anything. @throws the problem of a config that cannot be used */
export async function examined(file: string): Promise<readonly EntryReport[]> {
  const { preflight } = await import('../preflight.ts');
  return usable(await preflight(file, { prepare: false })).entries;
}

/** @throws `PLUGIN_UNKNOWN` */
export function entryOf(entries: readonly EntryReport[], id: string): EntryReport {
  const entry = entries.find((candidate) => candidate.id === id);
  if (entry) return entry;
  throw new SignalboxError('PLUGIN_UNKNOWN', `No plugin has the id ${JSON.stringify(id)}`, {
    hint: `The config names ${entries.map((known) => known.id).join(', ') || 'no plugin'}`,
  });
}

function linesOf(
  { id, isEnabled, permissions: report, problems }: EntryReport,
  { colors }: Shell,
): readonly string[] {
  const facts = [isEnabled ? undefined : 'disabled', report && `policy ${report.policy}`].filter(
    (fact) => fact !== undefined,
  );
  const head = `${colors.bold(printable(id))} ${colors.dim(printable(facts.join(', ')))}`.trimEnd();
  if (!report) return [head, ...problems.map(({ message }) => `  ${colors.red(printable(message))}`)];
  const rows = [
    ...report.wants.map((want) => wantRow(want, (state) => paintOf(state, { colors }))),
    ...report.grants.filter(isWorthTelling).map((grant) => grantRow(grant, colors.dim)),
  ];
  return [head, ...(rows.length > 0 ? tableLines(rows).map((line) => `  ${line}`) : ['  asks for nothing'])];
}

function wantRow(
  want: WantReport,
  paint: (state: WantReport['state']) => (text: string) => string,
): readonly Cell[] {
  const { permission, reason, isOptional, state, rule } = want;
  return [
    { text: permission },
    { text: state, paint: paint(state) },
    { text: rule },
    { text: isOptional ? `optional: ${reason}` : reason },
  ];
}

/** Lines that every want tells of already would be said twice. */
function isWorthTelling({ by, isAskedFor }: GrantReport): boolean {
  return by === 'lease' || !isAskedFor;
}

function grantRow(
  { permission, lease, isAskedFor }: GrantReport,
  paint: (text: string) => string,
): readonly Cell[] {
  const uses = lease && [
    ...(lease.calls === undefined ? [] : [`${lease.used.calls} of ${lease.calls} calls used`]),
    ...(lease.bytes === undefined ? [] : [`${lease.used.bytes} of ${lease.bytes} bytes used`]),
    ...(lease.expiresAt === undefined ? [] : [`expires ${new Date(lease.expiresAt).toISOString()}`]),
  ];
  const state = lease?.ended === undefined ? 'live' : 'ended';
  return [
    { text: permission, paint },
    { text: lease ? state : 'unused', paint },
    { text: uses ? `lease: ${uses.join(', ')}` : 'granted, but its manifest does not ask for it', paint },
    { text: lease && !isAskedFor ? 'not asked for' : '', paint },
  ];
}

function paintOf(state: WantReport['state'], { colors }: Pick<Shell, 'colors'>): (text: string) => string {
  switch (state) {
    case 'granted':
    case 'leased':
      return colors.green;
    case 'withheld':
      return colors.yellow;
    case 'missing':
    case 'forbidden':
    case 'waiting':
      return colors.red;
  }
}
