import { describe, expect, test } from 'vitest';
import { maxLineBytes } from '../../src/capabilities/log.ts';
import { pluginId, wired } from './wired.ts';

test('a line carries the plugin, the time, the level and its fields as JSON values', async () => {
  await using box = wired({ permissions: ['log'] });
  const fields = [
    { key: 'count', value: '3' },
    { key: 'file', value: '"waves/a.vcd"' },
    { key: 'plain', value: 'no JSON' },
    { key: '__proto__', value: '{"polluted":true}' },
  ];
  expect(await box.call('log.log', 'info', 'Found files', fields)).toEqual({
    outcome: 'returned',
    value: undefined,
  });
  expect(box.logs).toEqual([
    {
      plugin: pluginId,
      time: 1_000_000,
      level: 'info',
      message: 'Found files',
      fields: Object.fromEntries([
        ['count', 3],
        ['file', 'waves/a.vcd'],
        ['plain', 'no JSON'],
        ['__proto__', { polluted: true }],
      ]),
    },
  ]);
});

test('control characters and reading directions are escaped, in fields too', async () => {
  await using box = wired({ permissions: ['log'] });
  await box.call('log.log', 'warn', 'a\n\u001b[2Jb\u202egpj', [{ key: 'k\u0007', value: '["\\u001b[31m"]' }]);
  expect(box.logs.map(({ message, fields }) => ({ message, fields }))).toEqual([
    { message: 'a\\n\\u001b[2Jb\\u202egpj', fields: { 'k\\u0007': ['\\u001b[31m'] } },
  ]);
});

describe('a line over 8 KiB is cut and marked', () => {
  test.each([
    ['letters', 'x'.repeat(1_000_000)],
    ['characters of several bytes', '波'.repeat(5_000)],
    ['characters that grow when escaped', '\0'.repeat(5_000)],
    ['one byte too much', 'x'.repeat(maxLineBytes + 1)],
  ])('%s', async (_what, text) => {
    await using box = wired({ permissions: ['log'] });
    await box.call('log.log', 'info', text, []);
    const message = box.logs[0]?.message ?? '';
    expect(message.endsWith('… [cut]')).toBe(true);
    expect(message).not.toContain('\ufffd');
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maxLineBytes);
    expect(Buffer.byteLength(message)).toBeGreaterThan(maxLineBytes - 8);
  });

  test('and fields that do not fit are left out', async () => {
    await using box = wired({ permissions: ['log'] });
    const fields = [
      { key: 'small', value: '1' },
      { key: 'large', value: JSON.stringify('x'.repeat(maxLineBytes)) },
    ];
    await box.call('log.log', 'info', 'Short', fields);
    expect(box.logs).toMatchObject([{ message: 'Short… [cut]', fields: { small: 1 } }]);
  });

  test('and one of exactly 8 KiB is whole', async () => {
    await using box = wired({ permissions: ['log'] });
    await box.call('log.log', 'info', 'x'.repeat(maxLineBytes), []);
    expect(box.logs[0]?.message).toBe('x'.repeat(maxLineBytes));
  });
});

test('lines over the rate are dropped and counted on the next one', async () => {
  await using box = wired({ permissions: ['log'], limits: { log_lines_per_second: 10 } });
  for (let line = 0; line < 25; line++) await box.call('log.log', 'info', `${line}`, []);
  box.clock.time += 100;
  await box.call('log.log', 'info', 'later', []);
  expect(box.logs.map(({ message, dropped }) => [message, dropped])).toEqual([
    ...Array.from({ length: 10 }, (_, line) => [`${line}`, undefined]),
    ['later', 15],
  ]);
});

test('over any time no more than burst and rate get through', async () => {
  await using box = wired({ permissions: ['log'], limits: { log_lines_per_second: 100 } });
  for (let step = 0; step < 10_000; step++) {
    await box.call('log.log', 'info', 'x', []);
    box.clock.time += step % 7 === 0 ? 3 : 0;
  }
  const windowMs = box.clock.time - 1_000_000;
  expect(box.logs.length).toBeLessThanOrEqual(100 + (100 * windowMs) / 1_000);
});

test('without the permission a line goes nowhere and is a denial', async () => {
  await using box = wired({});
  expect(await box.call('log.log', 'info', 'x', [])).toEqual({ outcome: 'returned', value: undefined });
  expect(box.logs).toEqual([]);
  expect(box.audit).toEqual([
    {
      plugin: pluginId,
      time: 1_000_000,
      decision: 'denied',
      permission: 'log',
      rule: '"log" is not granted; to allow it, write in the entry "waves.scanner": permissions = ["log"]',
    },
  ]);
});

describe('arguments that no guest could send trap', () => {
  test.each([
    ['nothing', []],
    ['an unknown level', ['fatal', 'x', []]],
    ['a number as message', ['info', 3, []]],
    ['fields that are no list', ['info', 'x', { key: 'a', value: '1' }]],
    ['a field without value', ['info', 'x', [{ key: 'a' }]]],
    ['one too many', ['info', 'x', [], 1]],
  ])('%s', async (_what, args) => {
    await using box = wired({ permissions: ['log'] });
    await expect(box.call('log.log', ...args)).rejects.toMatchObject({ code: 'CELL_BROKE_PROTOCOL' });
    expect(box.logs).toEqual([]);
  });
});
