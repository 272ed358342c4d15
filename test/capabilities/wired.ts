import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord } from '../../relays/audit.ts';
import type { PluginEvent } from '../../relays/plugin-event.ts';
import type { PluginLogLine } from '../../relays/plugin-log.ts';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import { type CapabilitiesOptions, createCapabilities } from '../../src/capabilities/capabilities.ts';
import type { PluginEntry } from '../../src/config/document.ts';
import type { Clock } from '../../src/core/clock.ts';
import { digestOf, parsePluginId } from '../../src/core/ids.ts';
import { defaultLimits, type Limits } from '../../src/permissions/limits.ts';
import { parsePermission } from '../../src/permissions/permission.ts';
import type { HostEvent, Wiring } from '../../src/ports/capabilities.ts';
import type { FileWatcher, WatchRequest } from '../../src/ports/file-watcher.ts';
import type { HostFunction, HostReply } from '../../src/ports/host-imports.ts';

export const pluginId = parsePluginId('waves.scanner');

interface WiredOptions
  extends Pick<CapabilitiesOptions, 'channelSchemas' | 'hostCapabilities'>,
    Partial<Pick<CapabilitiesOptions, 'environment'>> {
  /** Interfaces the guest imports; default all that are offered. */
  readonly imports?: readonly string[];
  /** Default one that stands still. */
  readonly realClock?: Clock;
  /** What the operator granted. */
  readonly permissions?: readonly string[];
  /** What takes effect; default all that was granted. */
  readonly effective?: readonly string[];
  readonly limits?: Partial<Limits>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly baseFolder?: string;
  readonly fileWatcher?: FileWatcher;
}

/** One wired instance and all it told. */
export interface Wired extends AsyncDisposable {
  /** Calls `log.log` and the like, as a cell would. */
  call(name: string, ...args: readonly unknown[]): Promise<HostReply>;
  readonly wiring: Wiring;
  readonly clock: ManualClock;
  readonly watcher: HandDrivenWatcher;
  readonly logs: PluginLogLine[];
  readonly events: PluginEvent[];
  readonly audit: AuditRecord[];
  readonly telemetry: TelemetryEvent[];
  readonly delivered: HostEvent[];
}

export function entryWith({ permissions = [], config = {} }: WiredOptions): PluginEntry {
  return {
    id: pluginId,
    enabled: true,
    artifactPath: 'scanner',
    permissions,
    config,
    limits: {},
    isolation: 'shared',
    onReloadFailure: 'keep',
    fingerprint: digestOf('0'.repeat(64)),
    configFingerprint: digestOf('0'.repeat(64)),
  };
}

export function wired(options: WiredOptions = {}): Wired {
  const clock = new ManualClock();
  const watcher = new HandDrivenWatcher();
  const logs: PluginLogLine[] = [];
  const events: PluginEvent[] = [];
  const audit: AuditRecord[] = [];
  const telemetry: TelemetryEvent[] = [];
  const delivered: HostEvent[] = [];
  const capabilities = createCapabilities({
    fileWatcher: options.fileWatcher ?? watcher,
    clock: options.realClock ?? clock,
    environment: options.environment ?? {},
    publish: {
      event: (event) => events.push(event),
      log: (line) => logs.push(line),
      audit: (record) => audit.push(record),
      telemetry: (event) => telemetry.push(event),
    },
    ...(options.channelSchemas && { channelSchemas: options.channelSchemas }),
    ...(options.hostCapabilities && { hostCapabilities: options.hostCapabilities }),
  });
  const entry = entryWith(options);
  const wiring = capabilities.wire({
    entry,
    baseFolder: options.baseFolder ?? '/nowhere',
    permissions: (options.effective ?? entry.permissions).map(parsePermission),
    limits: { ...defaultLimits, ...options.limits },
    imports: options.imports ?? capabilities.offered,
    deliver: (event) => delivered.push(event),
  });
  const functions = new Map<string, HostFunction>(
    Object.entries(wiring.imports).flatMap(([interfaceName, members]) =>
      Object.entries(members).map(
        ([name, call]) => [`${interfaceName.split('/')[1]}.${name}`, call] as const,
      ),
    ),
  );
  return {
    wiring,
    clock,
    watcher,
    logs,
    events,
    audit,
    telemetry,
    delivered,
    async call(name, ...args) {
      const call = functions.get(name);
      if (!call) throw new Error(`No function ${name} is wired`);
      return await call(args, new AbortController().signal);
    },
    [Symbol.asyncDispose]: () => wiring[Symbol.asyncDispose](),
  };
}

/** Time stands still until a test moves it. */
export class ManualClock implements Clock {
  time = 1_000_000;
  now(): number {
    return this.time;
  }
  setTimeout(): unknown {
    throw new Error('No capability needs a timer');
  }
  clearTimeout(): void {}
}

/** A watcher whose changes the test makes up. */
export class HandDrivenWatcher implements FileWatcher {
  readonly requests: WatchRequest[] = [];
  readonly open = new Set<WatchRequest>();

  watch(request: WatchRequest): AsyncDisposable {
    this.requests.push(request);
    this.open.add(request);
    return { [Symbol.asyncDispose]: async () => void this.open.delete(request) };
  }

  change(paths: readonly string[], overflow = false): void {
    for (const request of this.open) request.onChange({ paths, overflow });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.open.clear();
  }
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-capabilities-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
