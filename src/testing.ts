import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { first, firstValueFrom, type Observable, timeout } from 'rxjs';
import type { PluginEvent } from '../relays/plugin-event.ts';
import type { PluginLogLine } from '../relays/plugin-log.ts';
import type { PluginStatus } from '../relays/plugin-status.ts';
import { composeConfig } from './config/compose.ts';
import type { Isolation } from './config/document.ts';
import { SignalboxError } from './core/errors.ts';
import type { Runtime, RuntimeOptions } from './options.ts';
import { createRuntime } from './runtime.ts';

export interface TestPlugin {
  /** A script's TypeScript or JavaScript, instead of a `path`. */
  readonly source?: string;
  /** An artifact or a plugin folder, relative to the working directory. */
  readonly path?: string;
  /** Granted, as the operator would write them. */
  readonly permissions?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  /** Default true. */
  readonly enabled?: boolean;
  /** Default `shared`. */
  readonly isolation?: Isolation;
}

export interface TestRuntimeOptions
  extends Pick<RuntimeOptions, 'channelSchemas' | 'hostCapabilities' | 'signal' | 'cells'> {
  /** By id. */
  readonly plugins: Readonly<Record<string, TestPlugin>>;
  /** Files that exist beside the config: `{'waves/a.vcd': '$date ...'}`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** A runtime in a folder of its own, with everything plugins said kept for assertions. */
export interface TestRuntime extends Runtime {
  /** Absolute path of the temporary folder; paths in permissions start here. */
  readonly folder: string;
  readonly events: readonly PluginEvent[];
  readonly logs: readonly PluginLogLine[];
  readonly statuses: readonly PluginStatus[];
  /** Writes a file below the folder, as an operator or an editor would. @throws `ARGUMENT_INVALID` for a path that leads out */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** The first value of a relay, from now on, that fits. @throws `TimeoutError` of rxjs after `withinMs`, default 5,000 */
  next<T>(relay: Observable<T>, fits: (value: T) => boolean, withinMs?: number): Promise<T>;
}

/**
 * Starts the real engine on plugins given as text and waits until they have loaded. The config lives in memory, files in
 * a temporary folder that goes when the runtime is closed.
 *
 * @example
 * await using box = await createTestRuntime({ plugins: { 'my.plugin': { source: 'export const add = (a, b) => a + b' } } });
 * expect(await box.plugins.call('my.plugin', 'add', [1, 2])).toBe(3);
 */
export async function createTestRuntime(options: TestRuntimeOptions): Promise<TestRuntime> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  const write = (path: string, content: string | Uint8Array) => writeBelow(folder, path, content);
  try {
    for (const [path, content] of Object.entries(options.files ?? {})) await write(path, content);
    for (const [id, { source }] of Object.entries(options.plugins)) {
      if (source !== undefined) await write(`${id}.ts`, source);
    }
    const runtime = await createRuntime({
      config: { text: configText(options.plugins), baseFolder: folder },
      stateFolder: join(folder, '.signalbox'),
      database: 'memory',
      cells: options.cells ?? 1,
      ...(options.channelSchemas && { channelSchemas: options.channelSchemas }),
      ...(options.hostCapabilities && { hostCapabilities: options.hostCapabilities }),
      ...(options.signal && { signal: options.signal }),
    });
    const box = recording(runtime, folder, write);
    await box.settled();
    return box;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function recording(runtime: Runtime, folder: string, write: TestRuntime['write']): TestRuntime {
  const events: PluginEvent[] = [];
  const logs: PluginLogLine[] = [];
  const statuses: PluginStatus[] = [];
  runtime.relays.pluginEvent.subscribe((event) => events.push(event));
  runtime.relays.pluginLog.subscribe((line) => logs.push(line));
  runtime.relays.pluginStatus.subscribe(({ changed }) => changed && statuses.push(changed));
  const close = async (): Promise<void> => {
    await runtime.close();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    ...runtime,
    folder,
    events,
    logs,
    statuses,
    write,
    next: (relay, fits, withinMs = 5_000) => firstValueFrom(relay.pipe(first(fits), timeout(withinMs))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function writeBelow(folder: string, path: string, content: string | Uint8Array): Promise<void> {
  const file = resolve(folder, path);
  if (!file.startsWith(folder + sep)) {
    throw new SignalboxError('ARGUMENT_INVALID', `File "${path}" would lie outside the test folder`);
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

function configText(plugins: TestRuntimeOptions['plugins']): string {
  return composeConfig(
    Object.entries(plugins).map(([id, plugin]) => ({
      id,
      enabled: plugin.enabled ?? true,
      artifactPath: plugin.path === undefined ? `${id}.ts` : resolve(plugin.path),
      permissions: plugin.permissions ?? [],
      config: plugin.config ?? {},
      ...(plugin.isolation && { isolation: plugin.isolation }),
    })),
  );
}
