import type { Observable } from 'rxjs';
import type { AuditRecord } from './audit.ts';
import type { ConfigReplay } from './config-replay.ts';
import type { Discovery, PluginEvent } from './plugin-event.ts';
import type { PluginLogLine } from './plugin-log.ts';
import type { StatusBoard } from './plugin-status.ts';
import type { TelemetryEvent } from './telemetry.ts';

/** The public half: what hosts subscribe to. State relays replay their latest value, event relays replay nothing. */
export interface Relays {
  /** State. */
  readonly pluginsConfigReplay: Observable<ConfigReplay>;
  /** State. Emitted by the manager alone. */
  readonly pluginStatus: Observable<StatusBoard>;
  readonly pluginEvent: Observable<PluginEvent>;
  readonly pluginDiscovery: Observable<Discovery>;
  readonly pluginLog: Observable<PluginLogLine>;
  readonly audit: Observable<AuditRecord>;
  readonly telemetry: Observable<TelemetryEvent>;
}

/** The private half: each function goes to the one emitter of its relay. */
export interface Publishers {
  readonly pluginsConfigReplay: (replay: ConfigReplay) => void;
  readonly pluginStatus: (board: StatusBoard) => void;
  /** A discovery event goes to `pluginEvent` and `pluginDiscovery`. */
  readonly pluginEvent: (event: PluginEvent) => void;
  readonly pluginLog: (line: PluginLogLine) => void;
  readonly audit: (record: AuditRecord) => void;
  readonly telemetry: (event: TelemetryEvent) => void;
}
