import type { Publishers } from '../../relays/relays.ts';
import type { PluginEntry } from '../config/document.ts';
import type { Clock } from '../core/clock.ts';
import type { LimitHit, LimitName, Limits } from '../permissions/limits.ts';
import type { Permission } from '../permissions/permission.ts';
import type { HostEvent } from '../ports/capabilities.ts';
import type { FileWatcher } from '../ports/file-watcher.ts';
import type { PluginStorage } from '../ports/plugin-storage.ts';
import type { Access } from './access.ts';
import type { ChannelSchemas } from './channel-schemas.ts';
import type { DiskUse } from './disk-use.ts';
import type { HttpClient } from './http/http-client.ts';
import type { Network } from './http/network.ts';
import type { PluginMetrics } from './metric-series.ts';
import type { PathWalk } from './path-walk.ts';
import type { ProtectedPlaces } from './protected-places.ts';
import type { RateLimit } from './rate-limit.ts';

/** The relays that capabilities speak on. */
export interface CapabilityPublishers {
  readonly event: Publishers['pluginEvent'];
  readonly log: Publishers['pluginLog'];
  readonly audit: Publishers['audit'];
  readonly telemetry: Publishers['telemetry'];
}

/** The limits that are rates. */
export type RateName = Extract<LimitName, `${string}_per_second`>;

/** What every capability of one instance shares. */
export interface WiringContext {
  readonly entry: PluginEntry;
  /** Folder that relative granted paths start at. */
  readonly baseFolder: string;
  readonly permissions: readonly Permission[];
  readonly limits: Limits;
  readonly access: Access;
  readonly clock: Clock;
  readonly publish: CapabilityPublishers;
  readonly fileWatcher: FileWatcher;
  readonly walk: PathWalk;
  readonly storage: PluginStorage;
  /** Variables of the host. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The plugin's own, whatever instance of it counts. */
  readonly metrics: PluginMetrics;
  /** What all instances of the plugin added to the disk. */
  readonly diskUse: DiskUse;
  readonly protectedPlaces: ProtectedPlaces;
  readonly channelSchemas: ChannelSchemas;
  /** A rate of `limits`; reaching it is told on the telemetry relay. */
  readonly rateOf: (limit: RateName) => RateLimit;
  /** Shared by all that touches the disk. */
  readonly fileRate: RateLimit;
  readonly network: Network;
  /** The one client of this instance: whatever interface it asks by, its limits are the same. @throws `SECRET_UNAVAILABLE` */
  readonly http: () => HttpClient;
  /** Tells telemetry what tripped. */
  readonly tellLimit: (hit: LimitHit) => void;
  /** The `config` table in force. */
  readonly config: () => PluginEntry['config'];
  readonly deliver: (event: HostEvent) => void;
  /** Disposed with the wiring. */
  readonly resources: AsyncDisposableStack;
}
