import type { Command } from 'commander';
import type { SocketClient } from '../admin/socket-client.ts';
import { SignalboxError } from '../core/errors.ts';
import { chooseConfig } from './config-choice.ts';
import { shortPath } from './problem-text.ts';
import type { Shell } from './shell.ts';

/** A config file, and the runtime that runs it when there is one. */
export interface Running {
  readonly file: string;
  readonly client?: SocketClient;
}

export interface RunningOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** The options of every command that may ask a runtime. */
export function addRunningOptions(command: Command, json: string): Command {
  return command
    .option('--config <file>', 'the config it runs; default: the nearest signalbox.toml upwards')
    .option('--json', json);
}

/** @throws `CONFIG_UNREADABLE` */
export async function findRunning(shell: Shell, { config }: RunningOptions): Promise<Running> {
  const file = await chooseConfig(shell.cwd, config);
  const { stateFolderOfFile } = await import('../state-folder.ts');
  const { connectToRuntime } = await import('../admin/socket-client.ts');
  const client = await connectToRuntime(await stateFolderOfFile(file));
  return { file, ...(client && { client }) };
}

/** The same for commands that mean nothing without a runtime. @throws `RUNTIME_ABSENT` */
export async function requireRunning(shell: Shell, options: RunningOptions): Promise<SocketClient> {
  const { file, client } = await findRunning(shell, options);
  if (client) return client;
  throw new SignalboxError('RUNTIME_ABSENT', `No runtime runs ${shortPath(file, shell.cwd)}`, {
    hint: `Start it with "signalbox run ${shortPath(file, shell.cwd)}", with [api] enabled`,
  });
}

/** Tells that a command does without a runtime what it can. */
export function sayAbsent(shell: Shell, { file, client }: Running, instead: string): void {
  if (!client) shell.complain(`No runtime runs ${shortPath(file, shell.cwd)}: ${instead}\n`);
}
