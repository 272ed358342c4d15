import { describe, expect, test } from 'vitest';
import { pluginId, type Wired, wired } from './wired.ts';

const permissions = ['metrics'];
const label = (name: string, value: string) => ({ name, value });

const told = (box: Wired) =>
  box.telemetry.flatMap((event) =>
    event.kind === 'metric' ? [[event.name, event.labels, event.value]] : [],
  );

test('totals are told once a second, each series that changed', async () => {
  await using box = wired({ permissions });
  await box.call('metrics.increment', 'jobs_total', 2, [label('kind', 'a'), label('at', 'b')]);
  await box.call('metrics.increment', 'jobs_total', 3, [label('at', 'b'), label('kind', 'a')]);
  await box.call('metrics.increment', 'jobs_total', 1, []);
  await box.call('metrics.gauge', 'queue', 7, []);
  await box.call('metrics.gauge', 'queue', -1.5, []);
  expect(box.telemetry).toEqual([]);
  box.clock.advance(1_000);
  const base = { kind: 'metric', time: 1_001_000, plugin: pluginId };
  expect(box.telemetry).toEqual([
    { ...base, type: 'counter', name: 'jobs_total', labels: { at: 'b', kind: 'a' }, value: 5 },
    { ...base, type: 'counter', name: 'jobs_total', labels: {}, value: 1 },
    { ...base, type: 'gauge', name: 'queue', labels: {}, value: -1.5 },
  ]);
  await box.call('metrics.increment', 'jobs_total', 1, []);
  box.clock.advance(1_000);
  expect(told(box).slice(3)).toEqual([['jobs_total', {}, 2]]);
});

test('what was counted last is told when the instance goes', async () => {
  const box = wired({ permissions });
  await box.call('metrics.increment', 'jobs_total', 1, []);
  await box[Symbol.asyncDispose]();
  expect(told(box)).toEqual([['jobs_total', {}, 1]]);
});

test('without the permission nothing is counted, and the audit says so once', async () => {
  await using box = wired({ permissions: [] });
  for (let call = 0; call < 10; call++) await box.call('metrics.increment', 'jobs_total', 1, []);
  box.clock.advance(1_000);
  expect(box.telemetry).toEqual([]);
  expect(box.audit).toMatchObject([{ decision: 'denied', permission: 'metrics' }]);
});

describe('what cannot be counted is dropped, and the log says why', () => {
  test.each([
    ['increment', 'jobs total', 1, [], '"jobs total" is no name of a metric'],
    ['increment', '', 1, [], '"" is no name of a metric'],
    ['increment', 'x'.repeat(129), 1, [], 'is no name of a metric'],
    ['increment', 'jobs\u202e', 1, [], String.raw`"jobs\u202e" is no name of a metric`],
    ['increment', 'jobs', -1, [], 'Counter "jobs" was given -1; it only grows'],
    [
      'increment',
      'jobs',
      Number.POSITIVE_INFINITY,
      [],
      '"jobs" was given Infinity, which is no finite number',
    ],
    ['gauge', 'jobs', Number.NaN, [], '"jobs" was given NaN, which is no finite number'],
    ['gauge', 'jobs', 1, [label('__name', 'x')], '"__name" is no name of a label of "jobs"'],
    ['gauge', 'jobs', 1, [label('a-b', 'x')], '"a-b" is no name of a label of "jobs"'],
    ['gauge', 'jobs', 1, [label('a', 'x'), label('a', 'y')], 'Metric "jobs" has a label twice'],
    ['gauge', 'jobs', 1, [label('a', 'x'.repeat(257))], 'Label "a" of "jobs" is longer than 256 bytes'],
    [
      'gauge',
      'jobs',
      1,
      Array.from({ length: 9 }, (_, at) => label(`l${at}`, '')),
      'Metric "jobs" has 9 labels; at most 8',
    ],
    ['gauge', 'counted', 1, [], 'Metric "counted" is a counter, not a gauge'],
    ['gauge', 'counted', 1, [label('a', 'x')], 'Metric "counted" is a counter, not a gauge'],
  ])('%s %j by %d with %j', async (name, metric, value, labels, problem) => {
    await using box = wired({ permissions });
    await box.call('metrics.increment', 'counted', 1, []);
    await box.call(`metrics.${name}`, metric, value, labels);
    await box.call(`metrics.${name}`, metric, value, labels);
    box.clock.advance(1_000);
    expect(told(box)).toEqual([['counted', {}, 1]]);
    expect(box.logs).toMatchObject([
      { level: 'warn', message: expect.stringContaining(problem), fields: { dropped: 2 } },
    ]);
  });
});

test('a plugin has a hundred series, and counts on in those', async () => {
  await using box = wired({ permissions });
  for (let user = 0; user < 1_000; user++)
    await box.call('metrics.increment', 'visits', 1, [label('user', String(user))]);
  await box.call('metrics.increment', 'visits', 1, [label('user', '99')]);
  box.clock.advance(1_000);
  expect(told(box)).toHaveLength(100);
  expect(told(box).at(-1)).toEqual(['visits', { user: '99' }, 2]);
  expect(box.telemetry.filter(({ kind }) => kind === 'limit')).toMatchObject([
    { hit: { name: 'metric_series', reached: 101, allowed: 100 } },
  ]);
  expect(box.logs).toMatchObject([{ fields: { dropped: 900 } }]);
});
