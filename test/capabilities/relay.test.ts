import { describe, expect, test } from 'vitest';
import { pluginId, wired } from './wired.ts';

const permissions = ['relay:publish:found', 'fs:list:waves', 'watch:logs'];
const origin = { plugin: pluginId, channel: 'found', time: 1_000_000 };
const returnedNothing = { outcome: 'returned', value: undefined };
const refusedPayload = (problem: string) => ({
  outcome: 'refused',
  error: { tag: 'invalid-payload', val: problem },
});

describe('an event on an allowed channel reaches the relay with its origin', () => {
  test.each([
    [
      {
        tag: 'discovery',
        val: { paths: ['waves/a.vcd', './logs/b'], details: ['{"format":"vcd"}', 'null'] },
      },
      { kind: 'discovery', paths: ['waves/a.vcd', 'logs/b'], details: [{ format: 'vcd' }, null] },
    ],
    [
      { tag: 'discovery', val: { paths: ['waves/a.vcd'], details: [] } },
      { kind: 'discovery', paths: ['waves/a.vcd'], details: [] },
    ],
    [
      { tag: 'log', val: 'line\nend' },
      { kind: 'log', message: 'line\\nend' },
    ],
    [
      { tag: 'refresh-timeline', val: { reason: '3 files changed', paths: ['waves'] } },
      { kind: 'refresh-timeline', reason: '3 files changed', paths: ['waves'] },
    ],
    [
      { tag: 'custom', val: '{"a":[1,{}]}' },
      { kind: 'custom', payload: { a: [1, {}] } },
    ],
  ])('%j', async (event, body) => {
    await using box = wired({ permissions });
    expect(await box.call('relay.publish', 'found', event)).toEqual(returnedNothing);
    expect(box.events).toEqual([{ ...origin, ...body }]);
  });
});

test('a channel that was not granted is refused with the rule and the TOML line, and audited', async () => {
  await using box = wired({ permissions: ['relay:publish:found'] });
  const rule =
    '"relay:publish" is granted for "found" alone; to allow it, write in the entry "waves.scanner": ' +
    'permissions = ["relay:publish:found", "relay:publish:other"]';
  expect(await box.call('relay.publish', 'other', { tag: 'log', val: 'x' })).toEqual({
    outcome: 'refused',
    error: { tag: 'denied', val: { permission: 'relay:publish:other', rule } },
  });
  expect(box.events).toEqual([]);
  expect(box.audit).toEqual([
    { plugin: pluginId, time: 1_000_000, decision: 'denied', permission: 'relay:publish:other', rule },
  ]);
});

test('a channel that was granted but not asked for is refused with what the author must add', async () => {
  await using box = wired({ permissions: ['relay:publish:found'], effective: [] });
  expect(await box.call('relay.publish', 'found', { tag: 'log', val: 'x' })).toMatchObject({
    error: {
      val: {
        rule: '"relay:publish" is not granted; granted to "waves.scanner", but its plugin.toml does not ask for it',
      },
    },
  });
});

test('a name that is no channel is refused and cannot forge the audit', async () => {
  await using box = wired({ permissions: ['relay:publish:*'] });
  const reply = await box.call('relay.publish', 'Ä\nx\u202e', { tag: 'log', val: 'x' });
  const rule = '"Ä\\nx\\u202e" is no channel name';
  expect(reply).toEqual({
    outcome: 'refused',
    error: { tag: 'denied', val: { permission: 'relay:publish:Ä\\nx\\u202e', rule } },
  });
  expect(box.audit).toMatchObject([{ decision: 'denied', permission: 'relay:publish:Ä\\nx\\u202e', rule }]);
});

test('events over the rate are refused and cost nothing else', async () => {
  await using box = wired({ permissions, limits: { publishes_per_second: 2 } });
  const replies = [];
  for (let count = 0; count < 3; count++)
    replies.push(await box.call('relay.publish', 'found', { tag: 'log', val: 'x' }));
  expect(replies).toEqual([
    returnedNothing,
    returnedNothing,
    { outcome: 'refused', error: { tag: 'rate-limited' } },
  ]);
  box.clock.time += 500;
  expect(await box.call('relay.publish', 'found', { tag: 'log', val: 'x' })).toEqual(returnedNothing);
});

test('a large event costs its size', async () => {
  await using box = wired({ permissions, limits: { publishes_per_second: 10 } });
  const large = { tag: 'custom', val: JSON.stringify('x'.repeat(100_000)) };
  const small = { tag: 'log', val: 'x' };
  expect(await box.call('relay.publish', 'found', large)).toEqual(returnedNothing);
  box.clock.time += 1_000;
  expect(await box.call('relay.publish', 'found', small)).toMatchObject({ error: { tag: 'rate-limited' } });
  box.clock.time += 1_000;
  expect(await box.call('relay.publish', 'found', small)).toEqual(returnedNothing);
});

test('a rate of 0 lets nothing through', async () => {
  await using box = wired({ permissions, limits: { publishes_per_second: 0 } });
  box.clock.time += 60_000;
  expect(await box.call('relay.publish', 'found', { tag: 'log', val: 'x' })).toMatchObject({
    outcome: 'refused',
  });
});

describe('a payload that does not hold is refused with the place', () => {
  test.each([
    [{ tag: 'custom', val: 'no json' }, 'The payload is not JSON'],
    [{ tag: 'custom', val: '['.repeat(100_000) }, 'The payload nests deeper than 32'],
    [
      { tag: 'custom', val: '"'.padEnd(1_100_000, 'x') },
      'The event has 1100000 bytes; at most 1048576 are allowed',
    ],
    [
      { tag: 'discovery', val: { paths: ['waves/a', 'waves/b'], details: ['1'] } },
      'details has 1 elements for 2 paths; give one for each path, or none',
    ],
    [{ tag: 'discovery', val: { paths: ['waves/a'], details: ['{'] } }, 'At "/details/0": is not JSON'],
    [
      { tag: 'discovery', val: { paths: ['waves/a', '/etc/passwd'], details: [] } },
      'At "/paths/1": "/etc/passwd" is not below a directory granted to this plugin',
    ],
    [
      { tag: 'discovery', val: { paths: ['waves/../x'], details: [] } },
      'At "/paths/0": "waves/../x" is not below a directory granted to this plugin',
    ],
    [
      { tag: 'discovery', val: { paths: Array(10_001).fill('waves/a'), details: [] } },
      'The event names 10001 paths; at most 10000 are allowed',
    ],
    [
      { tag: 'refresh-timeline', val: { reason: 'x', paths: ['other'] } },
      'At "/paths/0": "other" is not below a directory granted to this plugin',
    ],
  ])('%#', async (event, problem) => {
    await using box = wired({ permissions });
    expect(await box.call('relay.publish', 'found', event)).toEqual(refusedPayload(problem));
    expect(box.events).toEqual([]);
  });
});

describe("a channel's schema is the host's", () => {
  const channelSchemas = {
    found: {
      type: 'object',
      required: ['count'],
      properties: { count: { type: 'integer', minimum: 1 } },
      additionalProperties: false,
    },
  };

  test.each([
    ['{"count":0}', 'At "/count": must be >= 1'],
    ['{"count":"1"}', 'At "/count": must be integer'],
    ['{}', 'At "/": must have required properties count'],
    ['[]', 'At "/": must be object'],
  ])('%s is refused: %s', async (val, problem) => {
    await using box = wired({ permissions, channelSchemas });
    expect(await box.call('relay.publish', 'found', { tag: 'custom', val })).toEqual(refusedPayload(problem));
  });

  test('a payload that fits is forwarded', async () => {
    await using box = wired({ permissions, channelSchemas });
    await box.call('relay.publish', 'found', { tag: 'custom', val: '{"count":1}' });
    expect(box.events).toEqual([{ ...origin, kind: 'custom', payload: { count: 1 } }]);
  });

  test.each([[null], ['text'], [{ pattern: '(' }]])('%j is no schema', (schema) => {
    expect(() => wired({ channelSchemas: { found: schema } })).toThrow(
      'The schema of channel "found" cannot be used',
    );
  });
});

test.each([
  ['an unknown kind of event', ['found', { tag: 'shutdown', val: '' }]],
  ['a tag without value', ['found', { tag: 'log' }]],
  ['paths that are no texts', ['found', { tag: 'discovery', val: { paths: [1], details: [] } }]],
])('%s traps', async (_what, args) => {
  await using box = wired({ permissions });
  await expect(box.call('relay.publish', ...args)).rejects.toMatchObject({ code: 'CELL_BROKE_PROTOCOL' });
});

test('uses of one grant within a second are told once and counted', async () => {
  await using box = wired({ permissions });
  const use = {
    plugin: pluginId,
    decision: 'used',
    permission: 'relay:publish:found',
    rule: 'relay:publish:found',
  };
  for (let count = 0; count < 5; count++) await box.call('relay.publish', 'found', { tag: 'log', val: 'x' });
  box.clock.time += 1_000;
  await box.call('relay.publish', 'found', { tag: 'log', val: 'x' });
  await box.call('relay.publish', 'found', { tag: 'log', val: 'x' });
  await box.call('relay.publish', 'found', { tag: 'log', val: 'x' });
  await box.wiring[Symbol.asyncDispose]();
  expect(box.audit).toEqual([
    { ...use, time: 1_000_000 },
    { ...use, time: 1_001_000, repeats: 4 },
    { ...use, time: 1_001_000, repeats: 1 },
  ]);
});
