import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord } from '../../relays/audit.ts';
import type { PluginEvent } from '../../relays/plugin-event.ts';
import type { PluginLogLine } from '../../relays/plugin-log.ts';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import { type CapabilitiesOptions, createCapabilities } from '../../src/capabilities/capabilities.ts';
import type { PluginEntry } from '../../src/config/document.ts';
import type { SecretReferences } from '../../src/config/secrets.ts';
import type { Clock } from '../../src/core/clock.ts';
import { digestOf, parsePluginId } from '../../src/core/ids.ts';
import type { Lease } from '../../src/permissions/leases.ts';
import { defaultLimits, type Limits } from '../../src/permissions/limits.ts';
import { parsePermission } from '../../src/permissions/permission.ts';
import { parsePattern } from '../../src/permissions/policy.ts';
import { profilePolicy } from '../../src/permissions/profiles.ts';
import type { HostEvent, Wiring } from '../../src/ports/capabilities.ts';
import type { FileWatcher, WatchRequest } from '../../src/ports/file-watcher.ts';
import type { HostFunction, HostReply } from '../../src/ports/host-imports.ts';
import { MemoryGrantMemory } from '../../src/store/memory-grant-memory.ts';
import { MemoryPluginStorage } from '../support/memory-plugin-storage.ts';

export const pluginId = parsePluginId('waves.scanner');

interface WiredOptions
  extends Pick<CapabilitiesOptions, 'channelSchemas' | 'hostCapabilities' | 'network'>,
    Partial<Pick<CapabilitiesOptions, 'storage' | 'environment' | 'protectedPaths' | 'grantMemory'>> {
  /** Interfaces the guest imports; default all that are offered. */
  readonly imports?: readonly string[];
  /** What the operator granted. */
  readonly permissions?: readonly string[];
  /** What takes effect; default all that was granted. */
  readonly effective?: readonly string[];
  readonly leases?: readonly Lease[];
  /** What the policy denies. */
  readonly deny?: readonly string[];
  /** Time for leases that expire; default stands still. */
  readonly clock?: Clock;
  readonly limits?: Partial<Limits>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly secrets?: SecretReferences;
  /** Aborted when the instance is gone. */
  readonly signal?: AbortSignal;
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

export function entryWith({
  permissions = [],
  leases = [],
  deny = [],
  config = {},
  secrets,
}: WiredOptions): PluginEntry {
  return {
    id: pluginId,
    enabled: true,
    artifactPath: 'scanner',
    permissions,
    leases,
    policy: {
      ...profilePolicy('default'),
      name: 'mine',
      layers: [{ name: 'mine', deny: deny.map(parsePattern) }],
    },
    config,
    limits: {},
    isolation: 'shared',
    onReloadFailure: 'keep',
    ...(secrets && { secrets }),
    fingerprint: digestOf('0'.repeat(64)),
    configFingerprint: digestOf('0'.repeat(64)),
  };
}

export function wired(options: WiredOptions = {}): Wired {
  const manualClock = new ManualClock();
  const clock = options.clock ?? manualClock;
  const watcher = new HandDrivenWatcher();
  const logs: PluginLogLine[] = [];
  const events: PluginEvent[] = [];
  const audit: AuditRecord[] = [];
  const telemetry: TelemetryEvent[] = [];
  const delivered: HostEvent[] = [];
  const capabilities = createCapabilities({
    fileWatcher: options.fileWatcher ?? watcher,
    clock,
    storage: options.storage ?? new MemoryPluginStorage(),
    environment: options.environment ?? {},
    protectedPaths: options.protectedPaths ?? (() => ({ paths: [], codeFolders: [] })),
    grantMemory: options.grantMemory ?? new MemoryGrantMemory(),
    publish: {
      event: (event) => events.push(event),
      log: (line) => logs.push(line),
      audit: (record) => audit.push(record),
      telemetry: (event) => telemetry.push(event),
    },
    ...(options.channelSchemas && { channelSchemas: options.channelSchemas }),
    ...(options.hostCapabilities && { hostCapabilities: options.hostCapabilities }),
    ...(options.network && { network: options.network }),
  });
  const entry = entryWith(options);
  const lasting = options.effective ?? entry.permissions;
  const leased = entry.leases
    .filter(({ permission }) => !lasting.includes(permission))
    .map((lease) => ({ lease, permissions: [parsePermission(lease.permission)] }));
  const wiring = capabilities.wire({
    entry,
    baseFolder: options.baseFolder ?? '/nowhere',
    permissions: [...lasting.map(parsePermission), ...leased.flatMap(({ permissions }) => permissions)],
    leased,
    limits: { ...defaultLimits, ...options.limits },
    kind: 'script',
    imports: options.imports ?? capabilities.offered,
    deliver: (event) => delivered.push(event),
  });
  const signal = options.signal ?? new AbortController().signal;
  const functions = new Map<string, HostFunction>(
    Object.entries(wiring.imports).flatMap(([interfaceName, members]) =>
      Object.entries(members).map(
        ([name, call]) => [`${interfaceName.split('/')[1]}.${name}`, call] as const,
      ),
    ),
  );
  return {
    wiring,
    clock: manualClock,
    watcher,
    logs,
    events,
    audit,
    telemetry,
    delivered,
    async call(name, ...args) {
      const call = functions.get(name);
      if (!call) throw new Error(`No function ${name} is wired`);
      return await call(args, signal);
    },
    [Symbol.asyncDispose]: () => wiring[Symbol.asyncDispose](),
  };
}

/** Time stands still until a test moves it. */
export class ManualClock implements Clock {
  time = 1_000_000;
  readonly #timers = new Map<number, { readonly dueAt: number; readonly fire: () => void }>();
  #lastTimer = 0;

  now(): number {
    return this.time;
  }

  setTimeout(fire: () => void, timeoutMs: number): number {
    this.#timers.set(++this.#lastTimer, { dueAt: this.time + timeoutMs, fire });
    return this.#lastTimer;
  }

  clearTimeout(id: unknown): void {
    if (typeof id === 'number') this.#timers.delete(id);
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Moves on, and fires what is due by then in the order it is due. */
  advance(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.dueAt - b.dueAt);
      if (!next || next[1].dueAt > until) break;
      this.#timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].dueAt);
      next[1].fire();
    }
    this.time = until;
  }
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
