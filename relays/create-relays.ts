import type { AuditRecord } from './audit.ts';
import type { ConfigReplay } from './config-replay.ts';
import { createEventRelay } from './event-relay.ts';
import type { Discovery, PluginEvent } from './plugin-event.ts';
import type { PluginLogLine } from './plugin-log.ts';
import { loadingBoard, type StatusBoard } from './plugin-status.ts';
import type { Publishers, Relays } from './relays.ts';
import { createStateRelay } from './state-relay.ts';
import type { TelemetryEvent } from './telemetry.ts';

export interface RelayBundle {
  readonly relays: Relays;
  readonly publishers: Publishers;
  /** Completes every relay; what is published afterwards is ignored. */
  close(): void;
}

/** Every relay of one runtime, the public half and the private half apart. */
export function createRelays(): RelayBundle {
  const pluginsConfigReplay = createStateRelay<ConfigReplay>({ phase: 'loading' });
  const pluginStatus = createStateRelay<StatusBoard>(loadingBoard);
  const pluginEvent = createEventRelay<PluginEvent>();
  const pluginDiscovery = createEventRelay<Discovery>();
  const pluginLog = createEventRelay<PluginLogLine>();
  const audit = createEventRelay<AuditRecord>();
  const telemetry = createEventRelay<TelemetryEvent>();
  const all = [pluginsConfigReplay, pluginStatus, pluginEvent, pluginDiscovery, pluginLog, audit, telemetry];

  return {
    relays: {
      pluginsConfigReplay: pluginsConfigReplay.observable,
      pluginStatus: pluginStatus.observable,
      pluginEvent: pluginEvent.observable,
      pluginDiscovery: pluginDiscovery.observable,
      pluginLog: pluginLog.observable,
      audit: audit.observable,
      telemetry: telemetry.observable,
    },
    publishers: {
      pluginsConfigReplay: pluginsConfigReplay.publish,
      pluginStatus: pluginStatus.publish,
      pluginEvent: (event) => {
        pluginEvent.publish(event);
        if (event.kind === 'discovery') pluginDiscovery.publish(event);
      },
      pluginLog: pluginLog.publish,
      audit: audit.publish,
      telemetry: telemetry.publish,
    },
    close: () => {
      for (const relay of all) relay.close();
    },
  };
}
