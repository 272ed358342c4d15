import { type Command, InvalidArgumentError, Option } from 'commander';
import { SignalboxError } from '../core/errors.ts';
import { type TokenRecord, type TokenScope, tokenScopes } from '../core/token.ts';
import { chooseConfig } from './config-choice.ts';
import { jsonDocument } from './json-text.ts';
import { settle } from './outcome.ts';
import { exitCodes, type Shell } from './shell.ts';
import { tableLines } from './table.ts';

interface TokenOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface CreateOptions extends TokenOptions {
  readonly name: string;
  readonly scope: readonly TokenScope[];
  readonly days?: number;
}

const dayMs = 24 * 60 * 60 * 1_000;
const maxNameChars = 200;

/** Tokens of the admin API. They are kept beside what runs, as hashes; a running runtime knows of changes at once. */
export function addTokenCommands(program: Command, shell: Shell): void {
  const token = program.command('token').description('tokens for the admin API');
  const sub = (name: string, description: string, json: string): Command =>
    token
      .command(name)
      .description(description)
      .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
      .option('--json', json);

  sub('create', 'make a token and print it; it is not kept and cannot be shown again', '{token, id, ...}')
    .requiredOption('--name <name>', 'what it is for', nameIn)
    .addOption(
      new Option('--scope <scopes>', `comma-separated: ${tokenScopes.join(', ')}; admin includes the others`)
        .default(['read'], 'read')
        .argParser(scopesIn),
    )
    .option('--days <number>', 'how long it counts; default: until it is revoked', daysIn)
    .action((options: CreateOptions) => settle(shell, options, () => create(shell, options)));
  sub('list', 'the tokens there are, without what they are', 'an array of objects').action(
    (options: TokenOptions) => settle(shell, options, () => list(shell, options)),
  );
  sub('revoke', 'make a token count no more', 'what it was')
    .argument('<id>', 'its id in the list')
    .action((id: string, options: TokenOptions) => settle(shell, options, () => revoke(shell, id, options)));
}

async function tokensOf(shell: Shell, { config }: TokenOptions) {
  const { stateFolderOfFile } = await import('../state-folder.ts');
  const { openTokens } = await import('../tokens.ts');
  return openTokens(await stateFolderOfFile(await chooseConfig(shell.cwd, config)));
}

async function create(shell: Shell, options: CreateOptions): Promise<number> {
  const { name, scope: scopes, days, json } = options;
  const tokens = await tokensOf(shell, options);
  const { token, record } = await tokens.create({
    name,
    scopes,
    ...(days !== undefined && { expiresAt: Date.now() + days * dayMs }),
  });
  if (json) shell.print(jsonDocument({ token, ...record }));
  else {
    // The token alone on standard output: it is piped into where secrets are kept.
    shell.print(`${token}\n`);
    shell.complain(
      `Token ${record.id} may ${scopes.join(' and ')}. Keep it now: it cannot be shown again.\n`,
    );
  }
  return exitCodes.fine;
}

async function list(shell: Shell, options: TokenOptions): Promise<number> {
  const records = await (await tokensOf(shell, options)).list();
  if (options.json) shell.print(jsonDocument(records));
  else if (records.length === 0) shell.print('No tokens\n');
  else shell.print(`${tableOf(records, shell).join('\n')}\n`);
  return exitCodes.fine;
}

async function revoke(shell: Shell, id: string, options: TokenOptions): Promise<number> {
  const record = await (await tokensOf(shell, options)).revoke(id);
  if (!record) {
    throw new SignalboxError('ARGUMENT_INVALID', `No token has the id ${JSON.stringify(id)}`, {
      hint: 'See which there are with "signalbox token list"',
    });
  }
  shell.print(options.json ? jsonDocument(record) : `Revoked token ${record.id}\n`);
  return exitCodes.fine;
}

function tableOf(records: readonly TokenRecord[], { colors }: Shell): readonly string[] {
  const head = ['ID', 'SCOPES', 'CREATED', 'EXPIRES', 'NAME'].map((text) => ({ text, paint: colors.dim }));
  const rows = records.map(({ id, scopes, createdAt, expiresAt, name }) => [
    { text: id, paint: colors.bold },
    { text: scopes.join(',') },
    { text: dayOf(createdAt) },
    { text: expiresAt === undefined ? '-' : dayOf(expiresAt) },
    { text: name },
  ]);
  return tableLines([head, ...rows]);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, '2026-01-31'.length);
}

function nameIn(text: string): string {
  if (text !== '' && text.length <= maxNameChars) return text;
  throw new InvalidArgumentError(`A name has 1 to ${maxNameChars} characters.`);
}

function scopesIn(text: string): readonly TokenScope[] {
  return text.split(',').map((name) => {
    const scope = tokenScopes.find((each) => each === name);
    if (scope) return scope;
    throw new InvalidArgumentError(`Scopes are ${tokenScopes.join(', ')}.`);
  });
}

function daysIn(text: string): number {
  if (/^[1-9][0-9]{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no number of days.');
}
