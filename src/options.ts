import type { Logger } from 'pino';
import type { Observable } from 'rxjs';
import type { InspectionEvent } from 'xstate';
import type { PluginStatus, StatusBoard } from '../relays/plugin-status.ts';
import type { Relays } from '../relays/relays.ts';
import type { ActorReading } from './actor-readings.ts';
import type { HostCapability } from './capabilities/define-capability.ts';
import type { NetworkOptions } from './capabilities/http/network.ts';
import type { ConfigDocument } from './config/document.ts';
import type { ConfigEdit } from './config/edit.ts';
import type { ErrorRecord } from './core/errors.ts';
import type { PluginId } from './core/ids.ts';
import type { PluginUpload } from './packages/write-plugin.ts';
import type { PendingDetails } from './permissions/refusal.ts';
import type { PermissionReport } from './permissions/report.ts';
import type { PluginDescription } from './plugin-about.ts';

/** TOML text that lives in no file; relative paths in it start at `baseFolder`. */
export interface ConfigText {
  readonly text: string;
  /** Absolute path of a folder. */
  readonly baseFolder: string;
}

export interface RuntimeOptions {
  /** Path of the TOML file (any name), or its text. */
  readonly config: string | ConfigText;
  /** Where caches and the database live; default: `[signalbox] state_dir`, which is `.signalbox` beside the config. */
  readonly stateFolder?: string;
  /** `memory`: what plugins store goes with the runtime; default `file`, `signalbox.sqlite` in the state folder. */
  readonly database?: 'file' | 'memory';
  /** Gets what plugins log, one child logger each. Default: nothing is logged, subscribe to `relays.pluginLog`. */
  readonly logger?: Logger;
  /** JSON Schemas for `custom` events by channel; a payload that does not match is refused before it reaches a relay. */
  readonly channelSchemas?: Readonly<Record<string, unknown>>;
  /** Interfaces of your own that plugins may import, made with `defineCapability`; each needs the permission `host:use:<interface>`. */
  readonly hostCapabilities?: readonly HostCapability[];
  /** How plugins reach servers, for hosts with a resolver, a gateway or an authority of their own. */
  readonly network?: NetworkOptions;
  /** Shared cells; default one per core. */
  readonly cells?: number;
  /** Quiet time before a changed artifact is loaded, milliseconds; default 50. */
  readonly artifactDebounceMs?: number;
  /** Aborting closes the runtime. */
  readonly signal?: AbortSignal;
}

export interface CallOptions {
  /** Aborting a call in flight destroys and restarts the plugin's instance. */
  readonly signal?: AbortSignal;
  /** Default: the plugin's `call_deadline_ms`. */
  readonly deadlineMs?: number;
}

export interface RemoveOptions {
  /** Removes what `register` wrote as well, so that the plugin can be registered anew. Default: its artifact stays where it is. */
  readonly withArtifact?: boolean;
}

/**
 * Commands about plugins. Each rejects with `PLUGIN_UNKNOWN` for an id no entry has; for a plugin that `auto_discover` found and
 * no entry names, `call`, `reload` and `retry` reject with `PLUGIN_NOT_READY`.
 */
export interface Plugins {
  list(): readonly PluginStatus[];
  get(id: string): PluginStatus | undefined;
  /** Looks at its entry and its artifact; runs none of it. */
  about(id: string): Promise<PluginDescription>;
  /**
   * Calls an export: `greet`, or `interface.function`. While the plugin loads or restarts the call waits in its mailbox.
   * @throws `PLUGIN_NOT_READY`, `CALL_INVALID`, `CALL_DEADLINE`, `CALL_ABORTED`, `GUEST_TRAPPED`, `MAILBOX_FULL`, `MESSAGE_TOO_LARGE`,
   *   and `PLUGIN_REFUSED` with the plugin's own error in `details.error`
   */
  call(id: string, exportName: string, args?: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Writes `enabled = true` into the config file, or an entry without permissions for one that was only found; resolves when the plugin is Ready or in Error. */
  enable(id: string): Promise<PluginStatus>;
  /** Writes `enabled = false`; resolves when the plugin is Disabled. */
  disable(id: string): Promise<PluginStatus>;
  /** Loads the artifact anew beside the running instance and swaps; resolves when that is decided. */
  reload(id: string): Promise<PluginStatus>;
  /** Leaves backoff or quarantine at once; resolves when the plugin is Ready or in Error. */
  retry(id: string): Promise<PluginStatus>;
  /**
   * Writes a plugin into `plugins/<id>` beside the config and adds an entry for it, disabled and without permissions.
   * @throws `PLUGIN_EXISTS`, `MANIFEST_INVALID`, `ARTIFACT_INVALID`, `ARTIFACT_NAME_REFUSED`, `SCRIPT_INVALID`
   */
  register(upload: PluginUpload): Promise<PluginStatus>;
  /**
   * Takes the entry out of the config file; resolves when nothing of the plugin runs.
   * @throws `ARGUMENT_INVALID` when its artifact should go and was not registered, or another entry names it too
   */
  remove(id: string, options?: RemoveOptions): Promise<void>;
  /** Calls and events that wait for their turn. */
  waiting(id: string): number;
}

/** The config file of a runtime. What it says now comes by `relays.pluginsConfigReplay`. */
export interface RuntimeConfig {
  /** Absolute path. */
  readonly file: string;
  /**
   * Saves a change and applies it; comments and foreign tables survive byte for byte.
   * @throws `PLUGIN_UNKNOWN`, `CONFIG_CONFLICT`, `CONFIG_EDIT_REFUSED`, `CONFIG_UNREADABLE`, `PERMISSION_INVALID`
   */
  edit(change: ConfigEdit): Promise<ConfigDocument>;
}

/** When a grant ends: whichever comes first. */
export interface LeaseTerms {
  /** A date, or milliseconds since 1970-01-01 UTC. */
  readonly expiresAt?: Date | number;
  /** Uses it is good for. */
  readonly calls?: number;
  /** Bytes read, published or fetched under it; the use that goes beyond is the last. */
  readonly bytes?: number;
}

/** What one plugin asks for and was granted, and what came of it. */
export interface PluginPermissions extends PermissionReport {
  readonly id: PluginId;
}

/** A plugin that waits for somebody to decide. */
export interface PendingPermissions extends PendingDetails {
  readonly id: PluginId;
  /** True: an older version serves meanwhile. */
  readonly isServing: boolean;
  /** `PERMISSION_PENDING` with the line of TOML that would end the waiting as its hint. */
  readonly error: ErrorRecord;
}

/**
 * The grants of a running config. Changes are minimal edits of the config file, as if an operator had made them; each resolves with
 * the status that answers it. Each rejects with `PLUGIN_UNKNOWN` for an id no entry has, and with what `ConfigFile.edit` throws.
 */
export interface Permissions {
  /** One report an entry of the config, in its order. */
  list(): readonly PluginPermissions[];
  pending(): readonly PendingPermissions[];
  /** Grants for good, or with terms for a while. @throws `PERMISSION_INVALID` */
  grant(id: string, permissions: readonly string[], terms?: LeaseTerms): Promise<PluginStatus>;
  /** Grants as long as this runtime lives and writes nothing; an upgrade that waits is approved as long. @throws `PERMISSION_INVALID` */
  lend(id: string, permissions: readonly string[]): Promise<PluginStatus>;
  /** Takes lines, leases and loans away; calls in flight end with `CALL_ABORTED`. @throws `CONFIG_EDIT_REFUSED` where something else still grants it */
  revoke(id: string, permissions: readonly string[] | 'all'): Promise<PluginStatus>;
  /** Approves what an upgrade asks for; grants nothing that is not granted. @throws `ARGUMENT_INVALID` when nothing waits */
  approve(id: string): Promise<PluginStatus>;
}

/** A running Signalbox. Close it, or hold it with `await using`. */
export interface Runtime extends AsyncDisposable {
  readonly relays: Relays;
  readonly plugins: Plugins;
  readonly permissions: Permissions;
  readonly config: RuntimeConfig;
  /** Where caches, the database and the tokens of the admin API live; absolute. */
  readonly stateFolder: string;
  /** Where every machine stands now, the manager first. */
  actors(): readonly ActorReading[];
  /** Every XState inspection event of every actor; nothing is computed while nobody listens. */
  readonly inspect$: Observable<InspectionEvent>;
  /** Resolves once the config was applied and no plugin is Loading. @throws `RUNTIME_CLOSED`, or the signal's reason */
  settled(signal?: AbortSignal): Promise<StatusBoard>;
  /** Shuts plugins down in order, then completes the relays. Idempotent. */
  close(): Promise<void>;
}
