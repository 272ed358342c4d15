import type { Command } from 'commander';
import { SignalboxError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { ConfigEdit } from '../index.ts';
import type { EntryReport } from '../preflight-report.ts';
import { chooseConfig } from './config-choice.ts';
import { countOf, durationMs } from './duration.ts';
import { type Edited, editConfig, pluginIdOf } from './edit-config.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { entryOf, examined } from './permissions.ts';
import { shortPath } from './problem-text.ts';
import { exitCodes, type Shell } from './shell.ts';

interface RevokeOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly all?: boolean;
}

interface GrantOptions extends RevokeOptions {
  readonly for?: string;
  readonly calls?: string;
  readonly bytes?: string;
  readonly approve?: boolean;
  readonly yes?: boolean;
}

const grantHelp = `
  $ signalbox grant waves.scanner fs:read:waves
  $ signalbox grant news net:request:https://a.example --for 1h --calls 100
  $ signalbox grant waves.scanner --all

Writes into the config; a runtime that runs it follows at once. --approve accepts what an upgrade asks for and grants nothing by itself.`;

const revokeHelp = `
Writes into the config. In a runtime that runs it, calls in flight end with CALL_ABORTED and the plugin is loaded anew without the permission.`;

export function addGrantCommands(program: Command, shell: Shell): void {
  program
    .command('grant')
    .description('allow a plugin something, for good or for a while')
    .argument('<id>', 'its id in the config')
    .argument('[permissions...]', 'domain:action:scope')
    .option('--for <duration>', 'until then: 90s, 15m, 1h, 7d')
    .option('--calls <count>', 'for so many uses')
    .option('--bytes <count>', 'for so many bytes read, published or fetched')
    .option('--all', 'everything it asks for; shown and confirmed first')
    .option('--approve', 'accept that an upgrade asks for more')
    .option('--yes', 'ask nothing')
    .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
    .option('--json', '{id, permissions, approved, changed, file, line}')
    .addHelpText('after', grantHelp)
    .action((id: string, permissions: readonly string[], options: GrantOptions) =>
      settle(shell, options, () => grant(shell, id, permissions, options)),
    );
  program
    .command('revoke')
    .description('take permissions away from a plugin')
    .argument('<id>', 'its id in the config')
    .argument('[permissions...]', 'as they are granted')
    .option('--all', 'everything, leases, channels and watched directories included')
    .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
    .option('--json', '{id, permissions, changed, file, line}')
    .addHelpText('after', revokeHelp)
    .action((id: string, permissions: readonly string[], options: RevokeOptions) =>
      settle(shell, options, () => revoke(shell, id, permissions, options)),
    );
}

async function grant(
  shell: Shell,
  id: string,
  named: readonly string[],
  options: GrantOptions,
): Promise<number> {
  if (named.length === 0 && !options.all && !options.approve)
    throw unclear('what to grant', `signalbox grant ${id} <permission>, --all or --approve`);
  const file = await chooseConfig(shell.cwd, options.config);
  const plugin = pluginIdOf(id);
  const entry = options.all || options.approve ? entryOf(await examined(file), id) : undefined;
  const permissions = options.all && entry ? await everythingWanted(shell, entry, named, options) : named;
  const approval = entry?.permissions?.approval;
  if (options.approve && !options.all && approval === undefined)
    throw new SignalboxError('ARGUMENT_INVALID', `Nothing of plugin "${id}" waits for approval`, {
      hint: `See what it asks for with "signalbox permissions ${id}"`,
    });
  const lease = leaseOf(options);
  // In one save: a runtime that follows must not load it between a grant and its approval.
  const edit: ConfigEdit = {
    change: 'several',
    edits: [
      ...(permissions.length > 0
        ? [{ change: 'grant' as const, id: plugin, permissions, ...(lease && { lease }) }]
        : []),
      ...(approval === undefined ? [] : [{ change: 'approve' as const, id: plugin, wants: approval }]),
    ],
  };
  const edited = await editConfig(file, edit);
  const facts = { id, permissions, ...(approval !== undefined && { approved: approval }) };
  tell(shell, options, facts, edited, {
    done: `${permissions.length > 0 ? 'Granted' : 'Approved'} "${id}"`,
    already: `"${id}" has that already`,
  });
  return exitCodes.fine;
}

async function revoke(
  shell: Shell,
  id: string,
  named: readonly string[],
  options: RevokeOptions,
): Promise<number> {
  if ((named.length === 0) !== (options.all ?? false))
    throw unclear('what to revoke', `signalbox revoke ${id} <permission>, or --all`);
  const file = await chooseConfig(shell.cwd, options.config);
  const permissions = options.all ? 'all' : named;
  const edited = await editConfig(file, { change: 'revoke', id: pluginIdOf(id), permissions });
  tell(shell, options, { id, permissions }, edited, {
    done: `Revoked from "${id}"`,
    already: `"${id}" was not granted that`,
  });
  return exitCodes.fine;
}

/** What it asks for and has not, beside what was named; shown to whoever can be asked. */
async function everythingWanted(
  shell: Shell,
  entry: EntryReport,
  named: readonly string[],
  { yes, json }: GrantOptions,
): Promise<readonly string[]> {
  const { permissions: report, problems } = entry;
  if (!report)
    throw SignalboxError.fromRecord(problems[0] ?? unclear('what it asks for', 'Mend its entry').toRecord());
  const open = report.wants.filter(({ state }) => state === 'missing' || state === 'withheld');
  const isNamed = (want: string): boolean => named.some((text) => text.startsWith(want.slice(0, -1)));
  const unscoped = open.filter(({ permission }) => permission.endsWith(':*') && !isNamed(permission));
  if (unscoped.length > 0) {
    const kinds = unscoped.map(({ permission }) => `"${permission}"`).join(', ');
    throw new SignalboxError(
      'ARGUMENT_INVALID',
      `Plugin "${entry.id}" leaves to you for what to grant ${kinds}`,
      {
        hint: `Name it beside --all: signalbox grant ${entry.id} --all ${unscoped[0]?.permission.slice(0, -1)}<scope>`,
      },
    );
  }
  const wanted = open.filter(({ permission }) => !permission.endsWith(':*'));
  if (yes) return [...named, ...wanted.map(({ permission }) => permission)];
  if (json || !shell.canAsk)
    throw new SignalboxError('ARGUMENT_INVALID', 'Nobody can be asked whether to grant all that', {
      hint: `Look at "signalbox permissions ${entry.id}", then add --yes`,
    });
  for (const { permission, reason } of [
    ...wanted,
    ...report.wants.filter(({ state }) => state === 'waiting'),
  ])
    shell.print(`  ${printable(permission)}  ${shell.colors.dim(printable(reason))}\n`);
  const { confirmed } = await import('./ask.ts');
  if (await confirmed(`Grant "${entry.id}" all of this?`))
    return [...named, ...wanted.map(({ permission }) => permission)];
  throw new SignalboxError('PERMISSION_PENDING', `Nothing was granted to "${entry.id}"`);
}

function leaseOf({ for: duration, calls, bytes }: GrantOptions) {
  if (duration === undefined && calls === undefined && bytes === undefined) return undefined;
  // Whole seconds are what people read in a file.
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  return {
    grantedAt: now,
    ...(duration !== undefined && { expiresAt: now + durationMs(duration) }),
    ...(calls !== undefined && { calls: countOf(calls) }),
    ...(bytes !== undefined && { bytes: countOf(bytes) }),
  };
}

function tell(
  shell: Shell,
  { json }: RevokeOptions,
  facts: Readonly<Record<string, unknown>>,
  { file, line, text = '' }: Edited,
  said: { readonly done: string; readonly already: string },
): void {
  const isChanged = line !== undefined;
  if (json) shell.print(jsonDocument({ ...facts, changed: isChanged, file, ...(isChanged && { line }) }));
  else if (isChanged)
    shell.print(`${said.done} in ${shortPath(file, shell.cwd)}:${line}: ${printable(text.trim())}\n`);
  else shell.print(`${said.already} in ${shortPath(file, shell.cwd)}\n`);
}

function unclear(what: string, usage: string): SignalboxError {
  return new SignalboxError('ARGUMENT_INVALID', `It is not said ${what}`, { hint: usage });
}
