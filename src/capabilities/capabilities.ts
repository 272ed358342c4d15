import type { PluginEntry } from '../config/document.ts';
import type { Clock } from '../core/clock.ts';
import { SignalboxError } from '../core/errors.ts';
import type { PluginId } from '../core/ids.ts';
import { wasiSupport } from '../core/wasi.ts';
import { wiredInterfaces } from '../permissions/wasi.ts';
import type { Capabilities, Wiring, WiringRequest } from '../ports/capabilities.ts';
import type { FileWatcher } from '../ports/file-watcher.ts';
import type { GrantMemory } from '../ports/grant-memory.ts';
import type { HostFunction, HostImports } from '../ports/host-imports.ts';
import type { PluginStorage } from '../ports/plugin-storage.ts';
import { createAccess } from './access.ts';
import { compileChannelSchemas } from './channel-schemas.ts';
import { wireClock } from './clock.ts';
import { wireConfig } from './config.ts';
import type { HostCapability } from './define-capability.ts';
import { DiskUse } from './disk-use.ts';
import { wireEnvironment } from './environment.ts';
import { wireFilesystem } from './filesystem.ts';
import { wireHostCapability } from './host-capability.ts';
import { wireHttp } from './http/http.ts';
import { HttpClient } from './http/http-client.ts';
import { createNetwork, type NetworkOptions } from './http/network.ts';
import { createLimitHits } from './limit-hits.ts';
import { wireLog } from './log.ts';
import { PluginMetrics } from './metric-series.ts';
import { wireMetrics } from './metrics.ts';
import { platformWalk } from './platform-walk.ts';
import { createProtectedPlaces, type ProtectedPaths } from './protected-places.ts';
import { wireRandom } from './random.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { wireRelay } from './relay.ts';
import { scriptEngine, wireScriptEngine } from './script-engine.ts';
import { wireStorage } from './storage.ts';
import { wireWasi } from './wasi.ts';
import { wireWatch } from './watch.ts';
import type { CapabilityPublishers, RateName, WiringContext } from './wiring-context.ts';

export interface CapabilitiesOptions {
  readonly fileWatcher: FileWatcher;
  readonly publish: CapabilityPublishers;
  readonly clock: Clock;
  readonly storage: PluginStorage;
  /** What plugins may be granted variables of: `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asked at writes. */
  readonly protectedPaths: () => ProtectedPaths;
  readonly grantMemory: GrantMemory;
  /** JSON Schemas of `custom` payloads by channel; a channel without one takes any JSON. */
  readonly channelSchemas?: Readonly<Record<string, unknown>>;
  /** Interfaces of the host application's own. */
  readonly hostCapabilities?: readonly HostCapability[];
  /** How plugins reach servers. */
  readonly network?: NetworkOptions;
}

type InterfaceWiring = (context: WiringContext) => Readonly<Record<string, HostFunction>>;

const own: Readonly<Record<string, InterfaceWiring>> = {
  'signalbox:plugin/log': wireLog,
  'signalbox:plugin/config': wireConfig,
  'signalbox:plugin/relay': wireRelay,
  'signalbox:plugin/filesystem': wireFilesystem,
  'signalbox:plugin/watch': wireWatch,
  'signalbox:plugin/http': wireHttp,
  'signalbox:plugin/storage': wireStorage,
  'signalbox:plugin/environment': wireEnvironment,
  'signalbox:plugin/metrics': wireMetrics,
  'signalbox:plugin/random': wireRandom,
  'signalbox:plugin/clock': wireClock,
};

/** Interfaces of ours that any plugin can import, without version. */
export const ownInterfaces: readonly string[] = Object.keys(own);

/**
 * The host's side of every interface a guest can import. Each use is checked here, in the host process, whatever the cell says.
 *
 * @throws `ARGUMENT_INVALID` when a channel schema cannot be used or two capabilities have one name
 */
export function createCapabilities(options: CapabilitiesOptions): Capabilities {
  const channelSchemas = compileChannelSchemas(options.channelSchemas);
  const interfaces = new Map(Object.entries(own));
  for (const capability of options.hostCapabilities ?? []) {
    if (interfaces.has(capability.interface)) {
      throw new SignalboxError('ARGUMENT_INVALID', `Interface "${capability.interface}" is offered twice`);
    }
    interfaces.set(capability.interface, (context) => wireHostCapability(capability, context));
  }
  const walk = platformWalk();
  const network = createNetwork(options.network);
  const protectedPlaces = createProtectedPlaces(options.protectedPaths, options.clock);
  const metricsOf = ofEachPlugin(() => new PluginMetrics());
  const diskUseOf = ofEachPlugin(() => new DiskUse());

  return {
    offered: [...interfaces.keys()],
    wire(request) {
      const { fileWatcher, clock, publish, storage, environment } = options;
      const resources = new AsyncDisposableStack();
      const access = createAccess({
        entry: request.entry,
        baseFolder: request.baseFolder,
        effective: request.permissions,
        leased: request.leased,
        memory: options.grantMemory,
        clock,
        audit: publish.audit,
      });
      resources.defer(() => access.flush());
      const tellLimit = createLimitHits({ plugin: request.entry.id, clock, telemetry: publish.telemetry });
      const rateOf = (name: RateName): RateLimit =>
        createRateLimit(request.limits[name], clock, (reached, allowed) =>
          tellLimit({ name, reached, allowed }),
        );
      resources.use(access.leases);
      let config: PluginEntry['config'] = request.entry.config;
      let http: HttpClient | undefined;
      const context: WiringContext = {
        ...request,
        access,
        clock,
        publish,
        fileWatcher,
        walk,
        storage,
        environment,
        metrics: metricsOf(request.entry.id),
        diskUse: diskUseOf(request.entry.id),
        protectedPlaces,
        channelSchemas,
        rateOf,
        fileRate: rateOf('fs_ops_per_second'),
        network,
        http: () => {
          http ??= new HttpClient(context);
          return http;
        },
        tellLimit,
        config: () => config,
        resources,
      };
      return {
        imports: access.leases.bound({
          ...wireImports(request, interfaces, context),
          ...(request.kind === 'script' && { [scriptEngine]: guarded(wireScriptEngine(context), context) }),
        }),
        updateConfig(entry) {
          config = entry.config;
        },
        [Symbol.asyncDispose]: () => resources.disposeAsync(),
      } satisfies Wiring;
    },
  };
}

/** What a plugin has as long as the runtime lives, across its instances. */
function ofEachPlugin<Value>(make: () => Value): (plugin: PluginId) => Value {
  const made = new Map<PluginId, Value>();
  return (plugin) => {
    const known = made.get(plugin) ?? make();
    made.set(plugin, known);
    return known;
  };
}

function wireImports(
  { imports, entry }: WiringRequest,
  interfaces: ReadonlyMap<string, InterfaceWiring>,
  context: WiringContext,
): HostImports {
  return Object.fromEntries(
    wiredInterfaces(imports).map((name) => {
      const wireInterface = name === wasiSupport ? wireWasi : interfaces.get(name);
      if (!wireInterface) {
        throw new SignalboxError(
          'IMPORT_UNKNOWN',
          `Plugin "${entry.id}" imports "${name}", which this host does not offer`,
        );
      }
      return [name, guarded(wireInterface(context), context)] as const;
    }),
  );
}

function guarded(functions: Readonly<Record<string, HostFunction>>, context: WiringContext) {
  const guardedFunctions = Object.entries(functions).map(
    ([name, call]) => [name, whileWired(call, context)] as const,
  );
  return Object.fromEntries(guardedFunctions);
}

/** An instance whose wiring is gone has no permission any more: what it still sends traps it. */
function whileWired(call: HostFunction, { resources, entry }: WiringContext): HostFunction {
  return (args, signal) => {
    if (!resources.disposed) return call(args, signal);
    throw new SignalboxError(
      'PERMISSION_DENIED',
      `Plugin "${entry.id}" called the host after its permissions were taken back`,
    );
  };
}
