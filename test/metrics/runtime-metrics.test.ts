import { describe, expect, test } from 'vitest';
import { parsePluginId } from '../../src/core/ids.ts';
import { createRuntimeMetrics } from '../../src/metrics/runtime-metrics.ts';
import { packageVersion } from '../../src/package-version.ts';
import { type AdminServer, board, json, pluginId, ready, startAdminServer } from '../support/admin-server.ts';

const time = 0;
const plugin = pluginId;

interface Scrape {
  /** `name{labels}` -> value */
  readonly samples: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
}

/** Prometheus text format 0.0.4. Throws at a line that is not of it. */
function parse(text: string): Scrape {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('# HELP '))) {
    const [, name = '', type = ''] = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (name !== '') {
      types.set(name, type);
      continue;
    }
    const [, series, value] =
      /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (-?[0-9.e+-]+|NaN)$/.exec(line) ?? [];
    if (series === undefined) throw new Error(`Not a sample: ${line}`);
    samples.set(series, Number(value));
  }
  return { samples, types };
}

async function scrape(server: AdminServer): Promise<Scrape> {
  return parse(await (await server.fetch('/metrics')).text());
}

const ofPlugin = (name: string, labels = '') => `signalbox_plugin_${name}{plugin="${plugin}"${labels}}`;

describe('a scrape', () => {
  test('tells what each plugin did', async () => {
    await using server = await startAdminServer();
    const { telemetry } = server.publishers;
    telemetry({ kind: 'counter', time, name: 'plugin.calls', plugin, total: 5 });
    telemetry({ kind: 'counter', time, name: 'plugin.calls', plugin, total: 8 });
    telemetry({ kind: 'counter', time, name: 'plugin.calls.failed', plugin, total: 1 });
    telemetry({ kind: 'counter', time, name: 'plugin.calls.rejected', plugin, total: 2 });
    telemetry({ kind: 'counter', time, name: 'plugin.restarts', plugin, total: 3 });
    telemetry({ kind: 'counter', time, name: 'config.replays', total: 4 });
    telemetry({ kind: 'duration', time, name: 'call', plugin, durationMs: 7 });
    telemetry({ kind: 'duration', time, name: 'reload', plugin, durationMs: 20 });
    telemetry({ kind: 'usage', time, plugin, calls: 2, fuel: 100, cpuMs: 500, memoryBytes: 65_536 });
    telemetry({ kind: 'usage', time, plugin, calls: 2, fuel: 50, cpuMs: 500, memoryBytes: 131_072 });
    telemetry({ kind: 'limit', time, plugin, hit: { name: 'fuel_per_call', reached: 2, allowed: 1 } });
    const { samples } = await scrape(server);
    const expected = {
      [ofPlugin('calls_total')]: 8,
      [ofPlugin('call_errors_total')]: 1,
      [ofPlugin('calls_rejected_total')]: 2,
      [ofPlugin('restarts_total')]: 3,
      [ofPlugin('call_duration_seconds_sum')]: 0.007,
      [ofPlugin('call_duration_seconds_count')]: 1,
      [`signalbox_plugin_call_duration_seconds_bucket{le="0.005",plugin="${plugin}"}`]: 0,
      [`signalbox_plugin_call_duration_seconds_bucket{le="0.01",plugin="${plugin}"}`]: 1,
      [ofPlugin('load_duration_seconds_sum')]: 0.02,
      [ofPlugin('fuel_total')]: 150,
      [ofPlugin('cpu_seconds_total')]: 1,
      [ofPlugin('memory_bytes')]: 131_072,
      [ofPlugin('limit_hits_total', ',limit="fuel_per_call"')]: 1,
      [ofPlugin('mailbox_depth')]: 7,
      [ofPlugin('state', ',state="Ready"')]: 1,
      [ofPlugin('state', ',state="Error"')]: 0,
      'signalbox_plugins{state="Ready"}': 1,
      'signalbox_plugins{state="Error"}': 0,
      signalbox_config_replays_total: 4,
    };
    expect(Object.fromEntries([...samples].filter(([series]) => series in expected))).toEqual(expected);
  });

  test('follows the conventions for names', async () => {
    await using server = await startAdminServer();
    const { types } = await scrape(server);
    for (const [name, type] of types) {
      expect([name, name.startsWith('signalbox_')]).toEqual([name, true]);
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    }
  });

  test('holds nothing of a plugin that is gone, and counts on when it comes back', async () => {
    await using server = await startAdminServer();
    const { telemetry, pluginStatus } = server.publishers;
    const calls = (total: number) =>
      telemetry({ kind: 'counter', time, name: 'plugin.calls', plugin, total });
    calls(5);
    telemetry({ kind: 'limit', time, plugin, hit: { name: 'stack', reached: 2, allowed: 1 } });
    telemetry({ kind: 'metric', time, plugin, type: 'gauge', name: 'heat', labels: {}, value: 1 });
    pluginStatus(board([], ready));
    calls(6);
    expect([...(await scrape(server)).samples.keys()].filter((series) => series.includes(plugin))).toEqual(
      [],
    );
    pluginStatus(board([ready]));
    calls(7);
    expect((await scrape(server)).samples.get(ofPlugin('calls_total'))).toBe(7);
  });
});

describe('what plugins report themselves', () => {
  test('has the names they choose as labels, whatever they are', async () => {
    await using server = await startAdminServer();
    const { telemetry } = server.publishers;
    const report = (name: string, labels: Record<string, string>, value: number) =>
      telemetry({ kind: 'metric', time, plugin, type: 'gauge', name, labels, value });
    report('heat', { b: '2', a: '1' }, 3);
    report('heat', { a: '1', b: '2' }, 4);
    report('evil"} 1\nfake_total 9', { 'x\\': '"\n' }, 5);
    telemetry({ kind: 'metric', time, plugin, type: 'counter', name: 'rows', labels: {}, value: 6 });
    const { samples } = await scrape(server);
    const reported = [...samples].filter(
      ([series]) => series.includes('_reported') && series.includes(plugin),
    );
    expect(reported).toEqual([
      [`signalbox_plugin_reported_total{plugin="${plugin}",name="rows",labels=""}`, 6],
      [`signalbox_plugin_reported_value{plugin="${plugin}",name="heat",labels="a=1,b=2"}`, 4],
      [
        `signalbox_plugin_reported_value{plugin="${plugin}",name="evil\\"} 1\\nfake_total 9",labels="x\\\\=\\"\\n"}`,
        5,
      ],
    ]);
  });

  test('is bounded for each plugin', async () => {
    await using server = await startAdminServer();
    const report = (name: string) =>
      server.publishers.telemetry({
        kind: 'metric',
        time,
        plugin,
        type: 'gauge',
        name,
        labels: {},
        value: 1,
      });
    for (let each = 0; each < 150; each++) report(`metric ${each}`);
    report('x'.repeat(1_000));
    const { samples } = await scrape(server);
    const kept = [...samples.keys()].filter((series) =>
      series.startsWith('signalbox_plugin_reported_value{'),
    );
    expect([kept.length, samples.get(ofPlugin('reports_dropped_total'))]).toEqual([100, 51]);
  });
});

test('no number a plugin or its cell tells can break the host', async () => {
  await using server = await startAdminServer();
  const { telemetry } = server.publishers;
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    telemetry({ kind: 'metric', time, plugin, type: 'counter', name: 'rows', labels: {}, value });
    telemetry({ kind: 'usage', time, plugin, calls: 1, fuel: value, cpuMs: value, memoryBytes: 0 });
  }
  telemetry({ kind: 'metric', time, plugin, type: 'counter', name: 'rows', labels: {}, value: 5 });
  telemetry({ kind: 'metric', time, plugin, type: 'counter', name: 'rows', labels: {}, value: 2 });
  const { samples } = await scrape(server);
  expect([
    samples.get(ofPlugin('reports_dropped_total')),
    samples.get(ofPlugin('fuel_total')),
    samples.get(ofPlugin('reported_total', ',name="rows",labels=""')),
  ]).toEqual([3, 0, 7]);
});

test('names of limits a cell makes up are counted together', async () => {
  await using server = await startAdminServer();
  const hit = (name: string) =>
    server.publishers.telemetry({ kind: 'limit', time, plugin, hit: { name, reached: 2, allowed: 1 } });
  hit('x'.repeat(1_000));
  for (let each = 0; each < 150; each++) hit(`made up ${each}`);
  hit('made up 0');
  const { samples } = await scrape(server);
  const told = [...samples].filter(([series]) => series.includes('limit_hits_total'));
  expect([
    told.length,
    samples.get(ofPlugin('limit_hits_total', ',limit="made up 0"')),
    samples.get(ofPlugin('limit_hits_total', ',limit="other"')),
  ]).toEqual([64, 2, 88]);
});

test('a hundred thousand ids that are made up leave no series, and no usage', async () => {
  await using server = await startAdminServer();
  const { telemetry } = server.publishers;
  const before = await scrape(server);
  for (let each = 0; each < 100_000; each++) {
    const madeUp = parsePluginId(`made.up${each}`);
    telemetry({ kind: 'counter', time, name: 'plugin.calls', plugin: madeUp, total: 1 });
    telemetry({ kind: 'usage', time, plugin: madeUp, calls: 1, fuel: 1, cpuMs: 1, memoryBytes: 1 });
  }
  const paths = ['', '/usage', '/call', '/enable', '/about', '/actors'].map(
    (rest) => `/plugins/made.up1${rest}`,
  );
  const asked = await Promise.all(
    paths.map(async (path) => {
      const isCommand = path.endsWith('/call') || path.endsWith('/enable');
      const init = path.endsWith('/call')
        ? json('POST', { export: 'x' })
        : { method: isCommand ? 'POST' : 'GET' };
      return (await server.fetch(path, init)).status;
    }),
  );
  expect(asked).toEqual(paths.map(() => 404));
  expect(await scrape(server)).toEqual(before);
});

test('each plugin has its counters from the start, and the runtime says its version', async () => {
  await using server = await startAdminServer();
  const { samples } = await scrape(server);
  expect([
    samples.get(ofPlugin('call_errors_total')),
    samples.get(ofPlugin('restarts_total')),
    samples.get(`signalbox_build_info{version="${packageVersion()}"}`),
  ]).toEqual([0, 0, 1]);
});

test('metrics that are disposed of count no more', async () => {
  await using server = await startAdminServer();
  const metrics = createRuntimeMetrics(server.runtime);
  metrics[Symbol.dispose]();
  server.publishers.pluginStatus(board([{ ...ready, id: parsePluginId('later') }]));
  expect(await metrics.text()).not.toContain('later');
});
