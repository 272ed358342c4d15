import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import { UsageSeries } from '../../src/admin/usage-series.ts';
import { parsePluginId } from '../../src/core/ids.ts';

const plugin = parsePluginId('some.plugin');
const usage = (time: number, calls: number): TelemetryEvent => ({
  ...{ kind: 'usage', time, plugin, calls, fuel: calls * 10, cpuMs: 1, memoryBytes: 65_536 },
});
const duration = (time: number, durationMs: number): TelemetryEvent => ({
  ...{ kind: 'duration', name: 'call', time, plugin, durationMs },
});

function series() {
  const telemetry = new Subject<TelemetryEvent>();
  const clock = { now: 0 };
  return { telemetry, clock, usage: new UsageSeries(telemetry, () => clock.now) };
}

test('what happened in one second is one row; a second without anything is none', () => {
  const of = series();
  for (const event of [
    usage(1_000, 2),
    duration(1_001, 4),
    usage(1_900, 3),
    duration(1_901, 8),
    usage(4_000, 1),
  ]) {
    of.telemetry.next(event);
  }
  of.clock.now = 5_000;
  const rest = { failed: 0, rejected: 0, memoryBytes: 65_536 };
  expect(of.usage.of(plugin)).toEqual({
    now: 5_000,
    from: 0,
    seconds: [
      { time: 1_000, calls: 5, fuel: 50, cpuMs: 2, meanMs: 6, maxMs: 8, ...rest },
      { time: 4_000, calls: 1, fuel: 10, cpuMs: 1, ...rest },
    ],
  });
});

test('totals are told as what they grew by', () => {
  const { telemetry, clock, usage: of } = series();
  const failed = (time: number, total: number): TelemetryEvent => ({
    ...{ kind: 'counter', name: 'plugin.calls.failed', time, plugin, total },
  });
  for (const event of [failed(1_000, 2), failed(2_000, 5)]) telemetry.next(event);
  clock.now = 3_000;
  expect(of.of(plugin).seconds.map(({ failed: count }) => count)).toEqual([2, 3]);
});

test('five minutes are kept, and nothing of a plugin that is gone', () => {
  const { telemetry, clock, usage: of } = series();
  for (let at = 0; at < 1_000; at += 1) telemetry.next(usage(at * 1_000, 1));
  clock.now = 999_000;
  const { from, seconds } = of.of(plugin);
  expect([from, seconds.length, seconds[0]?.time]).toEqual([699_000, 300, 700_000]);
  of.forget(plugin);
  expect(of.of(plugin).seconds).toEqual([]);
});
