import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom, type Observable, timeout } from 'rxjs';
import type { CounterName, TelemetryEvent } from '../../relays/telemetry.ts';
import type { Runtime } from '../../src/options.ts';
import { createRuntime } from '../../src/runtime.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The reference plugins and the real waveforms in a folder of their own, as `npm start` runs them. */
export interface ReferenceApp extends AsyncDisposable {
  readonly folder: string;
  readonly config: string;
  readonly runtime: Runtime;
  /** Sum over plugins, or of one, of a telemetry counter as last told. */
  count(name: CounterName, plugin?: string): number;
  next<T>(relay: Observable<T>, fits: (value: T) => boolean): Promise<T>;
  /** Rewrites a file below the folder. */
  edit(path: string, change: (text: string) => string): Promise<void>;
}

export async function startReferenceApp(): Promise<ReferenceApp> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-app-'));
  await cp(join(repository, 'plugins'), folder, {
    recursive: true,
    filter: (source) => !source.includes('.signalbox'),
  });
  await cp(join(repository, 'test/fixtures/waveforms'), join(folder, 'waves'), { recursive: true });
  const config = join(folder, 'signalbox.toml');
  const runtime = await createRuntime({ config, stateFolder: join(folder, '.signalbox') });
  const totals = new Map<string, TelemetryEvent & { kind: 'counter' }>();
  runtime.relays.telemetry.subscribe((event) => {
    if (event.kind === 'counter') totals.set(`${event.name} ${event.plugin ?? ''}`, event);
  });
  return {
    folder,
    config,
    runtime,
    count: (name, plugin) =>
      [...totals.values()]
        .filter((counter) => counter.name === name && (plugin === undefined || counter.plugin === plugin))
        .reduce((sum, counter) => sum + counter.total, 0),
    next: (relay, fits) => firstValueFrom(relay.pipe(filter(fits), timeout(15_000))),
    edit: async (path, change) =>
      writeFile(join(folder, path), change(await readFile(join(folder, path), 'utf8'))),
    [Symbol.asyncDispose]: async () => {
      await runtime.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
