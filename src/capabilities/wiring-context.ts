import type { Publishers } from '../../relays/relays.ts';
import type { PluginEntry } from '../config/document.ts';
import type { Clock } from '../core/clock.ts';
import type { Limits } from '../permissions/limits.ts';
import type { Permission } from '../permissions/permission.ts';
import type { HostEvent } from '../ports/capabilities.ts';
import type { FileWatcher } from '../ports/file-watcher.ts';
import type { Access } from './access.ts';
import type { ChannelSchemas } from './channel-schemas.ts';
import type { PathWalk } from './path-walk.ts';
import type { RateLimit } from './rate-limit.ts';

/** The relays that capabilities speak on. */
export interface CapabilityPublishers {
  readonly event: Publishers['pluginEvent'];
  readonly log: Publishers['pluginLog'];
  readonly audit: Publishers['audit'];
  readonly telemetry: Publishers['telemetry'];
}

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
  readonly channelSchemas: ChannelSchemas;
  /** Shared by all that touches the disk. */
  readonly fileRate: RateLimit;
  /** The variables of the host; a guest gets those it is granted by name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The `config` table in force. */
  readonly config: () => PluginEntry['config'];
  readonly deliver: (event: HostEvent) => void;
  /** Disposed with the wiring. */
  readonly resources: AsyncDisposableStack;
}
