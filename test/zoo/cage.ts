import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import Type from 'typebox';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import type { Isolation } from '../../src/config/document.ts';
import { createRuntime, defineCapability, hostFunction, type Runtime, returned } from '../../src/index.ts';
import { clearGrounds, layGrounds } from './grounds.ts';
import type { ZooGuest } from './guest.ts';
import { neighbourScript, neighbours } from './neighbours.ts';
import { startServers } from './servers.ts';

/** A part of the zoo in one runtime, every guest asleep, and the neighbours awake: all in one tier. */
export interface Cage extends AsyncDisposable {
  readonly tier: Isolation;
  readonly folder: string;
  readonly runtime: Runtime;
  /** How often the neighbours were started again so far. */
  neighbourRestarts(): number;
  /** Lines and events of one guest so far. */
  told(id: string): number;
  /** Requests that reached the server nobody was granted. */
  trespasses(): number;
  /** What a row says, with the places of this cage filled in. */
  fill<T>(written: T): T;
}

export interface CageOptions {
  readonly tier: Isolation;
  readonly guests: readonly ZooGuest[];
  /** By id. */
  readonly artifacts: ReadonlyMap<string, string>;
  /** The component that serves as a neighbour. */
  readonly soundComponent: string;
  /** Kept between cages: what was prepared once is not prepared again. */
  readonly stateFolder: string;
}

export const pluginIdOf = (guest: { readonly id: string }): string => `zoo.${guest.id}`;

export async function openCage(options: CageOptions): Promise<Cage> {
  const folder = await layGrounds();
  const servers = await startServers();
  const fill = <T>(written: T): T => {
    const text = JSON.stringify(written);
    if (text === undefined) return written;
    return JSON.parse(
      text
        .replaceAll('{folder}', folder)
        .replaceAll('{open}', servers.open)
        .replaceAll('{inner}', servers.inner)
        .replaceAll('{innerPort}', servers.innerPort),
    );
  };
  await writeFile(join(folder, 'neighbour.js'), neighbourScript);
  const restarts = new Map<string, number>();
  const told = new Map<string, number>();
  const runtime = await createRuntime({
    config: { text: configText(options, folder, fill), baseFolder: folder },
    stateFolder: options.stateFolder,
    // One shared cell: every guest strikes beside the neighbours.
    cells: 1,
    channelSchemas: {
      checked: {
        type: 'object',
        properties: { n: { type: 'integer' } },
        required: ['n'],
        additionalProperties: false,
      },
    },
    hostCapabilities: [desk(() => runtime)],
    network: servers.network,
  });
  const count = (id: string): void => void told.set(id, (told.get(id) ?? 0) + 1);
  runtime.relays.pluginLog.subscribe(({ plugin }) => count(plugin));
  runtime.relays.pluginEvent.subscribe(({ plugin }) => count(plugin));
  runtime.relays.telemetry.subscribe((event: TelemetryEvent) => {
    if (event.kind === 'counter' && event.name === 'plugin.restarts' && event.plugin?.startsWith('good.'))
      restarts.set(event.plugin, event.total);
  });
  await runtime.settled();
  return {
    tier: options.tier,
    folder,
    runtime,
    fill,
    neighbourRestarts: () => [...restarts.values()].reduce((sum, total) => sum + total, 0),
    trespasses: () => servers.innerRequests(),
    told: (id) => told.get(id) ?? 0,
    [Symbol.asyncDispose]: async () => {
      await runtime.close();
      await servers[Symbol.asyncDispose]();
      await clearGrounds(folder);
    },
  };
}

function configText(
  { tier, guests, artifacts, soundComponent }: CageOptions,
  folder: string,
  fill: <T>(written: T) => T,
): string {
  const good = { enabled: true, isolation: tier };
  const entries = [
    { id: neighbours.script.id, artifact_path: join(folder, 'neighbour.js'), ...good },
    { id: neighbours.component.id, artifact_path: soundComponent, ...good },
    ...guests.map((guest) => ({
      id: pluginIdOf(guest),
      enabled: false,
      artifact_path: artifacts.get(guest.id) ?? fill('path' in guest.artifact ? guest.artifact.path : ''),
      isolation: tier,
      permissions: fill(guest.permissions ?? []),
      ...(guest.limits && { limits: guest.limits }),
      ...(guest.config && { config: guest.config }),
    })),
  ];
  return stringify({ plugins: { schema_version: 1, entries } });
}

/** What the host of the zoo offers beside the interfaces of Signalbox. */
function desk(runtime: () => Runtime) {
  const nothing = Type.Tuple([]);
  return defineCapability('zoo:host/desk', {
    wait: hostFunction(nothing, () => new Promise(() => {})),
    break: hostFunction(nothing, () => {
      throw new Error('the host broke');
    }),
    greet: hostFunction(nothing, () => returned('hello')),
    'call-back': hostFunction(nothing, async (_, { plugin }) => {
      await runtime().plugins.call(plugin, 're-enters');
      return returned();
    }),
  });
}
