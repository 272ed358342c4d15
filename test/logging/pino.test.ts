import { Writable } from 'node:stream';
import { pino } from 'pino';
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import type { PluginLogLine } from '../../relays/plugin-log.ts';
import { parsePluginId } from '../../src/core/ids.ts';
import { logToPino, type PinoOptions } from '../../src/logging/pino.ts';

const plugin = parsePluginId('waves.scanner');

function logged(lines: readonly PluginLogLine[], options?: PinoOptions): unknown[] {
  const written: unknown[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const relay = new Subject<PluginLogLine>();
  const subscription = logToPino(
    relay,
    pino({ level: 'trace', base: null, timestamp: false }, stream),
    options,
  );
  for (const line of lines) relay.next(line);
  relay.complete();
  expect(subscription.closed).toBe(true);
  return written;
}

test('a line becomes one of the child logger of its plugin', () => {
  const other = parsePluginId('other');
  expect(
    logged([
      { plugin, time: 1, level: 'info', message: 'Found %s', fields: { level: 60, count: 3 }, dropped: 2 },
      { plugin: other, time: 2, level: 'error', message: 'No', fields: {} },
    ]),
  ).toEqual([
    { level: 30, plugin, fields: { level: 60, count: 3 }, dropped: 2, msg: 'Found %s' },
    { level: 50, plugin: other, msg: 'No' },
  ]);
});

test('secrets are replaced in the message and everywhere in the fields', () => {
  const fields = { a: ['x tok-123 y'], 'tok-123': { deep: 'tok-123456' }, n: 1 };
  expect(
    logged([{ plugin, time: 1, level: 'warn', message: 'With tok-123, tok-123', fields }], {
      secrets: ['tok-123', '', 'tok-123456'],
    }),
  ).toEqual([
    {
      level: 40,
      plugin,
      fields: { a: ['x [redacted] y'], '[redacted]': { deep: '[redacted]' }, n: 1 },
      msg: 'With [redacted], [redacted]',
    },
  ]);
});
