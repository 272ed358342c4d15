import type { TelemetryEvent } from '../../relays/telemetry.ts';
import type { Clock } from '../core/clock.ts';
import type { PluginId } from '../core/ids.ts';
import type { LimitHit } from '../permissions/limits.ts';

/** A guest that runs into a limit in a loop tells of it no more often than this. */
const coalesceMs = 1_000;

interface LimitHitsOptions {
  readonly plugin: PluginId;
  readonly clock: Clock;
  readonly telemetry: (event: TelemetryEvent) => void;
}

/** Tells telemetry what tripped, each limit at most once a second. */
export function createLimitHits({ plugin, clock, telemetry }: LimitHitsOptions): (hit: LimitHit) => void {
  const toldAt = new Map<string, number>();
  return (hit) => {
    const time = clock.now();
    const before = toldAt.get(hit.name);
    if (before !== undefined && Math.abs(time - before) < coalesceMs) return;
    toldAt.set(hit.name, time);
    telemetry({ kind: 'limit', time, plugin, hit });
  };
}
