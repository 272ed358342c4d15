import { expect, test } from 'vitest';
import { createRelays } from '../../relays/create-relays.ts';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import { UsageSeries } from '../../src/admin/usage-series.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { board } from '../support/admin-server.ts';

const plugin = parsePluginId('some.plugin');
const usage = (time: number, calls: number): TelemetryEvent => ({
  ...{ kind: 'usage', time, plugin, calls, fuel: calls * 10, cpuMs: 1, memoryBytes: 65_536 },
});
const duration = (time: number, durationMs: number): TelemetryEvent => ({
  ...{ kind: 'duration', name: 'call', time, plugin, durationMs },
});

const ready: PluginStatus = { id: plugin, state: 'Ready', since: 0 };

function series() {
  const { relays, publishers } = createRelays();
  const clock = { now: 0 };
  publishers.pluginStatus(board([ready]));
  return { publishers, clock, usage: new UsageSeries(relays, () => clock.now) };
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
    of.publishers.telemetry(event);
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
  const { publishers, clock, usage: of } = series();
  const failed = (time: number, total: number): TelemetryEvent => ({
    ...{ kind: 'counter', name: 'plugin.calls.failed', time, plugin, total },
  });
  for (const event of [failed(1_000, 2), failed(2_000, 5)]) publishers.telemetry(event);
  clock.now = 3_000;
  expect(of.of(plugin).seconds.map(({ failed: count }) => count)).toEqual([2, 3]);
});

test('five minutes are kept, and nothing of a plugin that is gone', () => {
  const { publishers, clock, usage: of } = series();
  for (let at = 0; at < 1_000; at += 1) publishers.telemetry(usage(at * 1_000, 1));
  clock.now = 999_000;
  const { from, seconds } = of.of(plugin);
  expect([from, seconds.length, seconds[0]?.time]).toEqual([699_000, 300, 700_000]);
  publishers.pluginStatus(board([], ready));
  publishers.telemetry(usage(999_000, 1));
  expect(of.of(plugin).seconds).toEqual([]);
});
