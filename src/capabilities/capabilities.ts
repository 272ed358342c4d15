import type { PluginEntry } from '../config/document.ts';
import type { Clock } from '../core/clock.ts';
import { SignalboxError } from '../core/errors.ts';
import { wasiSupport } from '../core/wasi.ts';
import { wiredInterfaces } from '../permissions/wasi.ts';
import type { Capabilities, Wiring, WiringRequest } from '../ports/capabilities.ts';
import type { FileWatcher } from '../ports/file-watcher.ts';
import type { HostFunction, HostImports } from '../ports/host-imports.ts';
import { createAccess } from './access.ts';
import { compileChannelSchemas } from './channel-schemas.ts';
import { wireConfig } from './config.ts';
import type { HostCapability } from './define-capability.ts';
import { wireFilesystem } from './filesystem.ts';
import { wireHostCapability } from './host-capability.ts';
import { wireLog } from './log.ts';
import { platformWalk } from './platform-walk.ts';
import { createRateLimit } from './rate-limit.ts';
import { wireRelay } from './relay.ts';
import { wireWasi } from './wasi.ts';
import { wireWatch } from './watch.ts';
import type { CapabilityPublishers, WiringContext } from './wiring-context.ts';

export interface CapabilitiesOptions {
  readonly fileWatcher: FileWatcher;
  readonly publish: CapabilityPublishers;
  readonly clock: Clock;
  /** JSON Schemas of `custom` payloads by channel; a channel without one takes any JSON. */
  readonly channelSchemas?: Readonly<Record<string, unknown>>;
  /** The variables of the host; default those of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Interfaces of the host application's own. */
  readonly hostCapabilities?: readonly HostCapability[];
}

type InterfaceWiring = (context: WiringContext) => Readonly<Record<string, HostFunction>>;

const own: Readonly<Record<string, InterfaceWiring>> = {
  'signalbox:plugin/log': wireLog,
  'signalbox:plugin/config': wireConfig,
  'signalbox:plugin/relay': wireRelay,
  'signalbox:plugin/filesystem': wireFilesystem,
  'signalbox:plugin/watch': wireWatch,
};

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

  return {
    offered: [...interfaces.keys()],
    wire(request) {
      const { fileWatcher, clock, publish } = options;
      const resources = new AsyncDisposableStack();
      const access = createAccess({
        entry: request.entry,
        effective: request.permissions,
        clock,
        audit: publish.audit,
      });
      resources.defer(() => access.flush());
      let config: PluginEntry['config'] = request.entry.config;
      const context: WiringContext = {
        ...request,
        access,
        clock,
        publish,
        fileWatcher,
        walk,
        channelSchemas,
        fileRate: createRateLimit(request.limits.fs_ops_per_second, clock),
        environment: options.environment ?? process.env,
        config: () => config,
        resources,
      };
      return {
        imports: wireImports(request, interfaces, context),
        updateConfig(entry) {
          config = entry.config;
        },
        [Symbol.asyncDispose]: () => resources.disposeAsync(),
      } satisfies Wiring;
    },
  };
}

function wireImports(
  { imports, entry }: WiringRequest,
  interfaces: ReadonlyMap<string, InterfaceWiring>,
  context: WiringContext,
): HostImports {
  return Object.fromEntries(
    wiredInterfaces(imports, (name) => interfaces.has(name)).map((name) => {
      const wireInterface = name === wasiSupport ? wireWasi : interfaces.get(name);
      if (!wireInterface) {
        throw new SignalboxError(
          'IMPORT_UNKNOWN',
          `Plugin "${entry.id}" imports "${name}", which this host does not offer`,
        );
      }
      const functions = Object.entries(wireInterface(context));
      return [
        name,
        Object.fromEntries(functions.map(([key, call]) => [key, whileWired(call, context)] as const)),
      ] as const;
    }),
  );
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
