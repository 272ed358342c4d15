import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Command, Option } from 'commander';
import type { StatusBoard } from '../../relays/plugin-status.ts';
import type { Relays } from '../../relays/relays.ts';
import { SignalboxError } from '../core/errors.ts';
import type { ConfigText, Runtime } from '../options.ts';
import { aborted } from './aborted.ts';
import {
  type AllowFlags,
  allowFlags,
  configOfArtifact,
  flagOfInterface,
  flagsFor,
  hasAllowFlags,
  idOf,
} from './allow-flags.ts';
import { type Approvals, askForApprovals } from './approvals.ts';
import { chooseConfig, chooseTarget } from './config-choice.ts';
import { jsonLine } from './json-text.ts';
import { announcement, linePrinter, liveScreen, type RelayPrinter } from './live-screen.ts';
import { settle } from './outcome.ts';
import { problemText, shortPath } from './problem-text.ts';
import { lineText } from './relay-lines.ts';
import { jsonRecordOf, subscribeAll } from './relay-values.ts';
import { serveApi } from './serve-api.ts';
import { exitCodes, type Shell } from './shell.ts';

interface RunOptions extends AllowFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly once?: boolean;
  /** Where an inspector listens; true for where they do by default. */
  readonly inspect?: string | true;
  /** False with `--no-prompt`. */
  readonly prompt: boolean;
}

interface RunPlan {
  readonly config: string | ConfigText;
  /** What to call it. */
  readonly title: string;
  /** Where caches go when there is no config file to keep them beside. */
  readonly stateFolder?: string;
  /** One that runs alone has nobody to steer it. */
  readonly isArtifact: boolean;
}

const help = `
Run a config, or one artifact without a config:
  $ signalbox run
  $ signalbox run app.toml --json | jq 'select(.relay == "pluginDiscovery")'
  $ signalbox run scanner.ts --allow-fs=waves --allow-publish=discovery --config-value 'directories=["waves"]'

A single artifact starts with permission to log and with no other. DIR is relative to the working directory.

SIGINT and SIGTERM shut plugins down in order and end with 0; the second one ends at once.
The admin API and the dashboard are served as [api] of the config says and their addresses printed, with --json on standard error.
On a terminal the address of the dashboard signs you in; it counts for a week.
With --once it is not, and the exit code is 0 when every enabled plugin became Ready, 1 when one did not, 2 when there is no usable config.`;

export function addRunCommand(program: Command, shell: Shell): void {
  const command = program
    .command('run')
    .description('run plugins and show what they do')
    .argument('[config]', 'a TOML config, or an artifact: a plugin folder, a .ts, .js or .wasm file')
    .option('--config <file>', 'the config; default: the nearest signalbox.toml upwards')
    .option('--no-prompt', 'never ask; a plugin that lacks a permission waits')
    .option('--once', 'stop as soon as every plugin has loaded or failed')
    .option('--inspect [url]', 'show the machines in the Stately inspector; default: ws://localhost:8080')
    .option('--json', 'one JSON object a line, {time, relay, value}, for every relay')
    .addHelpText('after', help)
    .action((argument: string | undefined, options: RunOptions) =>
      settle(shell, options, () => run(shell, argument, options)),
    );
  command.optionsGroup('Permissions of a single artifact:');
  for (const { flag, argument, description } of allowFlags) {
    command.addOption(new Option(`${flag} <${argument}>`, description).argParser(commaSeparated));
  }
  command
    .addOption(
      new Option(
        '--allow <permissions>',
        'any other, in the words of the config: domain:action:scope',
      ).argParser(commaSeparated),
    )
    .option('--allow-log', 'write log lines (log)', true)
    .option('--no-allow-log', 'take the permission to log away')
    .addOption(
      new Option(
        '--config-value <key=value>',
        "one setting of the plugin's config table; the value is JSON or text",
      ).argParser((value: string, before: readonly string[] = []) => [...before, value]),
    );
}

async function run(shell: Shell, argument: string | undefined, options: RunOptions): Promise<number> {
  const { config, title, stateFolder, isArtifact } = await planOf(shell, argument, options);
  const stopping = new AbortController();
  using printer = printerFor(shell, options, title);
  using _signals = shell.onStop((reason) => stopping.abort(reason));
  const { createRuntime } = await import('../runtime.ts');
  await using runtime = await createRuntime({ config, ...(stateFolder !== undefined && { stateFolder }) });
  using _inspection = options.inspect === undefined ? undefined : await attached(runtime, options.inspect);
  using _relays = subscribeAll(runtime.relays, printer.receive);

  using approvals = mayAsk(shell, options)
    ? askForApprovals({
        runtime,
        asker: (await import('./ask.ts')).terminalAsker,
        canWrite: typeof config === 'string',
        suspend: printer.suspend,
        complain: (problem) =>
          shell.complain(problemText(problem, { colors: shell.errorColors, cwd: shell.cwd })),
        signal: stopping.signal,
      })
    : undefined;

  const exitCode = options.once
    ? await settledCode(runtime, stopping.signal, approvals)
    : await untilStopped(
        isArtifact
          ? undefined
          : serveApi(runtime, printer, {
              signal: stopping.signal,
              isSeen: shell.screen !== undefined && !options.json,
              cwd: shell.cwd,
            }),
        stopping.signal,
      );
  // The terminal is given back before plugins shut down; what they say meanwhile comes as lines.
  printer[Symbol.dispose]();
  await runtime.close();
  return exitCode;
}

async function planOf(shell: Shell, argument: string | undefined, options: RunOptions): Promise<RunPlan> {
  if (argument !== undefined && options.config !== undefined) {
    throw new SignalboxError(
      'ARGUMENT_INVALID',
      `Both "${argument}" and --config "${options.config}" say what to run`,
      {
        hint: 'Give one of them',
      },
    );
  }
  const target =
    options.config === undefined
      ? await chooseTarget(shell.cwd, argument)
      : { target: 'config' as const, file: await chooseConfig(shell.cwd, options.config) };
  if (target.target === 'artifact') {
    return {
      ...(await planOfArtifact(shell, target.path, options)),
      stateFolder: userCacheFolder(),
      isArtifact: true,
    };
  }
  if (hasAllowFlags(options)) {
    throw new SignalboxError(
      'ARGUMENT_INVALID',
      `Permission flags and --config-value do not apply to "${target.file}"`,
      {
        hint: 'Write permissions into the entry of the plugin: permissions = ["fs:read:waves"]',
      },
    );
  }
  return { config: target.file, title: shortPath(target.file, shell.cwd), isArtifact: false };
}

/** A plugin with a manifest keeps its id, and is refused at once when it needs what no flag grants: no later event could mend that. */
async function planOfArtifact(
  shell: Shell,
  path: string,
  flags: RunOptions,
): Promise<Pick<RunPlan, 'config' | 'title'>> {
  const title = shortPath(path, shell.cwd);
  const guessed = configOfArtifact(path, idOf(path), flags, shell.cwd);
  const { preflight } = await import('../preflight.ts');
  const { entries, problem } = await preflight(guessed, { prepare: false });
  const [report] = entries;
  if (problem) throw SignalboxError.fromRecord(problem);
  if (report?.missing?.length && !mayAsk(shell, flags)) {
    const missing = report.missing.map(({ permission, reason }) => `"${permission}" (${reason})`);
    throw new SignalboxError('PERMISSION_PENDING', `Plugin "${title}" requires ${missing.join(', ')}`, {
      hint: `Add ${flagsFor(report.missing.map(({ permission }) => permission)).join(' ')}`,
    });
  }
  const undeclared = report?.manifest
    ? undefined
    : report?.problems.find(({ code }) => code === 'IMPORT_UNDECLARED');
  if (undeclared) {
    const flag = flagOfInterface(`${undeclared.details?.['import']}`);
    throw SignalboxError.fromRecord({ ...undeclared, ...(flag !== undefined && { hint: `Add ${flag}` }) });
  }
  const id = report?.manifest?.id;
  return { config: id === undefined ? guessed : configOfArtifact(path, id, flags, shell.cwd), title };
}

function printerFor(shell: Shell, { json, once }: RunOptions, title: string): RelayPrinter {
  if (json) {
    return {
      receive: (value) => shell.print(jsonLine(jsonRecordOf(value))),
      suspend: () => ({ [Symbol.dispose]: () => {} }),
      announce: (served) => shell.complain(`${announcement(served)}\n`),
      tell: (line) => shell.complain(lineText(line, shell.errorColors)),
      [Symbol.dispose]: () => {},
    };
  }
  return shell.screen && !once ? liveScreen(shell, shell.screen, title) : linePrinter(shell);
}

async function attached(runtime: Runtime, inspector: string | true): Promise<Disposable> {
  const { attachStatelyInspector } = await import('../inspect/attach-stately.ts');
  return attachStatelyInspector(runtime, inspector === true ? {} : { url: inspector });
}

/** Somebody sits there, and output is for people. */
function mayAsk({ canAsk }: Shell, { prompt, json }: RunOptions): boolean {
  return canAsk && prompt && !json;
}

/** What serves is closed before the plugins are: nobody steers what ends. */
async function untilStopped(
  serving: Promise<AsyncDisposable | undefined> | undefined,
  signal: AbortSignal,
): Promise<number> {
  await using _served = await serving;
  await aborted(signal);
  return exitCodes.fine;
}

async function settledCode(
  runtime: Runtime,
  signal: AbortSignal,
  approvals: Approvals | undefined,
): Promise<number> {
  const outcome = await Promise.race([
    allAnswered(runtime, approvals).then(({ plugins }) => [...plugins.values()]),
    unusableConfig(runtime.relays, signal),
    aborted(signal),
  ]);
  if (outcome === 'unusable') return exitCodes.unusable;
  if (outcome === undefined) return exitCodes.fine;
  return outcome.some(({ state }) => state === 'Error' || state === 'Loading')
    ? exitCodes.problem
    : exitCodes.fine;
}

/** What was allowed is loaded, and may lack something else. */
async function allAnswered(runtime: Runtime, approvals: Approvals | undefined): Promise<StatusBoard> {
  const board = await runtime.settled();
  if (!approvals) return board;
  await approvals.idle();
  return runtime.settled();
}

function unusableConfig({ pluginsConfigReplay }: Relays, signal: AbortSignal): Promise<'unusable'> {
  const { promise, resolve } = Promise.withResolvers<'unusable'>();
  const subscription = pluginsConfigReplay.subscribe((replay) => {
    if (replay.phase === 'missing' || replay.phase === 'invalid') resolve('unusable');
  });
  signal.addEventListener('abort', () => subscription.unsubscribe(), { once: true });
  return promise;
}

function commaSeparated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').filter((part) => part !== '')];
}

/** Prepared components are worth keeping from one run to the next, and a folder of plugins is no place for them. */
function userCacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'signalbox');
}
