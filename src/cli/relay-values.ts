import type { AuditRecord } from '../../relays/audit.ts';
import type { ConfigReplay } from '../../relays/config-replay.ts';
import type { Discovery, PluginEvent } from '../../relays/plugin-event.ts';
import type { PluginLogLine } from '../../relays/plugin-log.ts';
import type { PluginStatus, StatusBoard } from '../../relays/plugin-status.ts';
import type { Relays } from '../../relays/relays.ts';
import type { TelemetryEvent } from '../../relays/telemetry.ts';

interface Received<Relay extends keyof Relays, Value> {
  /** When it came out of the relay, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly relay: Relay;
  readonly value: Value;
}

/** One value of one relay: what `run` prints, in whichever form. */
export type RelayValue =
  | Received<'pluginsConfigReplay', ConfigReplay>
  | Received<'pluginStatus', StatusBoard>
  | Received<'pluginEvent', PluginEvent>
  | Received<'pluginDiscovery', Discovery>
  | Received<'pluginLog', PluginLogLine>
  | Received<'audit', AuditRecord>
  | Received<'telemetry', TelemetryEvent>;

/** Gives every value of every relay to one function, in the order they come. Disposing stops it. */
export function subscribeAll(relays: Relays, receive: (value: RelayValue) => void): Disposable {
  const now = (): number => Date.now();
  const subscriptions = [
    relays.pluginsConfigReplay.subscribe((value) =>
      receive({ time: now(), relay: 'pluginsConfigReplay', value }),
    ),
    relays.pluginStatus.subscribe((value) => receive({ time: now(), relay: 'pluginStatus', value })),
    relays.pluginEvent.subscribe((value) => receive({ time: now(), relay: 'pluginEvent', value })),
    relays.pluginDiscovery.subscribe((value) => receive({ time: now(), relay: 'pluginDiscovery', value })),
    relays.pluginLog.subscribe((value) => receive({ time: now(), relay: 'pluginLog', value })),
    relays.audit.subscribe((value) => receive({ time: now(), relay: 'audit', value })),
    relays.telemetry.subscribe((value) => receive({ time: now(), relay: 'telemetry', value })),
  ];
  return {
    [Symbol.dispose]: () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    },
  };
}

/** The value as `run --json` prints it. A status board is the one status that changed: the whole board every time would bury it. */
export function jsonRecordOf({ time, relay, value }: RelayValue): {
  readonly time: number;
  readonly relay: keyof Relays;
  readonly value:
    | Exclude<RelayValue['value'], StatusBoard>
    | PluginStatus
    | Pick<StatusBoard, 'phase' | 'discoveryProblems'>;
} {
  return relay === 'pluginStatus'
    ? { time, relay, value: value.changed ?? boardNews(value) }
    : { time, relay, value };
}

function boardNews({
  phase,
  discoveryProblems,
}: StatusBoard): Pick<StatusBoard, 'phase' | 'discoveryProblems'> {
  return { phase, ...(discoveryProblems && { discoveryProblems }) };
}
