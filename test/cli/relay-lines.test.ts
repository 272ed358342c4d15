import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { PluginStatus, StatusBoard } from '../../relays/plugin-status.ts';
import { createNarrator, lineText } from '../../src/cli/relay-lines.ts';
import { jsonRecordOf, type RelayValue } from '../../src/cli/relay-values.ts';
import { defaultApiSettings } from '../../src/config/api-settings.ts';
import type { ConfigDocument } from '../../src/config/document.ts';
import type { ErrorRecord } from '../../src/core/errors.ts';
import { type Channel, digestOf, parsePluginId } from '../../src/core/ids.ts';

const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
const scanner = parsePluginId('waves.scanner');
const channel = 'found' as Channel;
const cwd = '/work';
const ready: PluginStatus = {
  id: scanner,
  state: 'Ready',
  phase: 'idle',
  since: time,
  version: '1.0.0',
  digest: digestOf('aa'),
};
const broken: ErrorRecord = {
  code: 'SCRIPT_INVALID',
  blame: 'plugin',
  message: 'Expected ";" but found "}"',
  hint: 'Mend it',
  location: { file: '/work/scanner.ts', line: 3, column: 9, frame: '3 | let a }\n  |       ^\n' },
};
const document: ConfigDocument = {
  file: '/work/app.toml',
  settings: {
    profile: 'default',
    stateDir: '.signalbox',
    maxPlugins: 1000,
    safeMode: false,
    autoDiscover: false,
  },
  api: defaultApiSettings,
  entries: [],
  rejected: [],
  warnings: [{ code: 'CONFIG_INVALID', blame: 'user', message: 'Key "colour" is not known' }],
  fingerprint: digestOf('ff'),
};

function status(changed: PluginStatus): RelayValue {
  return { time, relay: 'pluginStatus', value: board(changed) };
}

function board(changed: PluginStatus): StatusBoard {
  return { phase: 'known', plugins: new Map([[changed.id, changed]]), changed };
}

/** What a pipe gets to see of these values. */
function told(...values: readonly RelayValue[]): string {
  const narrate = createNarrator(cwd);
  return values
    .flatMap((value) => narrate(value).map((line) => lineText(line, pc.createColors(false))))
    .join('');
}

describe('lines for people', () => {
  test.each<[string, readonly RelayValue[], string]>([
    ['a status says its state and version', [status(ready)], '03:04:05 waves.scanner Ready 1.0.0\n'],
    [
      'a plugin at work is no news',
      [status(ready), status({ ...ready, phase: 'busy' }), status(ready)],
      '03:04:05 waves.scanner Ready 1.0.0\n',
    ],
    [
      'a swap is told as a reload',
      [status(ready), status({ ...ready, phase: 'reloading' }), status({ ...ready, digest: digestOf('bb') })],
      '03:04:05 waves.scanner Ready 1.0.0\n03:04:05 waves.scanner Ready 1.0.0 (reloaded)\n',
    ],
    [
      'what discovery could not use is told once',
      [
        { time, relay: 'pluginStatus', value: { ...board(ready), discoveryProblems: [broken] } },
        { time, relay: 'pluginStatus', value: { ...board(ready), discoveryProblems: [broken] } },
      ],
      [
        '03:04:05 discovery warning SCRIPT_INVALID Expected ";" but found "}"',
        '  at scanner.ts:3:9',
        '  3 | let a }',
        '    |       ^',
        '  hint: Mend it',
        '03:04:05 waves.scanner Ready 1.0.0',
        '',
      ].join('\n'),
    ],
    [
      'the steps of loading are one line',
      ['verifying', 'preparing'].map((phase) =>
        status({ id: scanner, state: 'Loading', phase, since: time }),
      ),
      '03:04:05 waves.scanner Loading\n',
    ],
    [
      'an error comes with phase, place, code frame and hint',
      [status({ id: scanner, state: 'Error', phase: 'quarantined', since: time, error: broken })],
      [
        '03:04:05 waves.scanner Error quarantined: SCRIPT_INVALID Expected ";" but found "}"',
        '  at scanner.ts:3:9',
        '  3 | let a }',
        '    |       ^',
        '  hint: Mend it',
        '',
      ].join('\n'),
    ],
    [
      'a failed reload says that the old version serves',
      [status({ ...ready, degraded: { code: 'GUEST_TRAPPED', blame: 'plugin', message: 'Unreachable' } })],
      '03:04:05 waves.scanner Ready 1.0.0 still serves: GUEST_TRAPPED Unreachable\n',
    ],
    [
      'each discovered file is a line',
      [
        {
          time,
          relay: 'pluginEvent',
          value: {
            kind: 'discovery',
            plugin: scanner,
            channel,
            time,
            paths: ['a.vcd', 'b.fst'],
            details: [{ format: 'vcd' }],
          },
        },
      ],
      '03:04:05 waves.scanner discovery a.vcd {"format":"vcd"}\n03:04:05 waves.scanner discovery b.fst\n',
    ],
    [
      'a discovery is not told twice',
      [
        {
          time,
          relay: 'pluginDiscovery',
          value: { plugin: scanner, channel, time, paths: ['a.vcd'], details: [] },
        },
      ],
      '',
    ],
    [
      'a refresh says why and what',
      [
        {
          time,
          relay: 'pluginEvent',
          value: {
            kind: 'refresh-timeline',
            plugin: scanner,
            channel,
            time,
            reason: '2 changes',
            paths: ['a', 'b'],
          },
        },
      ],
      '03:04:05 waves.scanner refresh-timeline 2 changes (a, b)\n',
    ],
    [
      'a custom event is its channel and payload',
      [
        {
          time,
          relay: 'pluginEvent',
          value: { kind: 'custom', plugin: scanner, channel, time, payload: { n: 1 } },
        },
      ],
      '03:04:05 waves.scanner found {"n":1}\n',
    ],
    [
      'a log line has its level, fields and what was lost before it',
      [
        {
          time,
          relay: 'pluginLog',
          value: {
            plugin: scanner,
            time,
            level: 'warn',
            message: 'Slow',
            fields: { ms: 12, of: 'x' },
            dropped: 3,
          },
        },
      ],
      '03:04:05 waves.scanner warn Slow ms=12 of="x" (3 lines dropped before this one)\n',
    ],
    [
      'control characters of a plugin do not reach the terminal',
      [
        {
          time,
          relay: 'pluginLog',
          value: { plugin: scanner, time, level: 'info', message: '\u001b[2J\n12:00:00 forged', fields: {} },
        },
      ],
      '03:04:05 waves.scanner info \\u001b[2J\\n12:00:00 forged\n',
    ],
    [
      'denials are told, grants and uses are not',
      (['granted', 'used', 'withheld', 'denied'] as const).map((decision) => ({
        time,
        relay: 'audit',
        value: { time, plugin: scanner, decision, permission: 'fs:read:etc', rule: 'no grant' },
      })),
      '03:04:05 waves.scanner withheld fs:read:etc (no grant)\n03:04:05 waves.scanner denied fs:read:etc (no grant)\n',
    ],
    [
      'a request that was denied is told with its method',
      [
        {
          time,
          relay: 'audit',
          value: {
            time,
            plugin: scanner,
            decision: 'denied',
            permission: 'net:request:https://a.example',
            method: 'POST',
            rule: 'no grant',
          },
        },
      ],
      '03:04:05 waves.scanner denied POST net:request:https://a.example (no grant)\n',
    ],
    [
      'a config is told with its warnings, each once',
      [
        { time, relay: 'pluginsConfigReplay', value: { phase: 'loading' } },
        { time, relay: 'pluginsConfigReplay', value: { phase: 'known', document } },
        { time, relay: 'pluginsConfigReplay', value: { phase: 'known', document } },
      ],
      [
        '03:04:05 config read app.toml, 0 plugins',
        '03:04:05 config warning CONFIG_INVALID Key "colour" is not known',
        '03:04:05 config read app.toml, 0 plugins',
        '',
      ].join('\n'),
    ],
    [
      'a config that broke is told as its problem',
      [
        {
          time,
          relay: 'pluginsConfigReplay',
          value: {
            phase: 'known',
            document,
            problem: { code: 'CONFIG_SYNTAX', blame: 'user', message: 'Unexpected "]"' },
          },
        },
        { time, relay: 'pluginsConfigReplay', value: { phase: 'missing', file: '/work/app.toml' } },
      ],
      '03:04:05 config error CONFIG_SYNTAX Unexpected "]"\n03:04:05 config missing app.toml\n',
    ],
  ])('%s', (_title, values, text) => {
    expect(told(...values)).toBe(text);
  });

  test('colors change nothing but the colors', () => {
    const [line] = createNarrator(cwd)(status(ready));
    const painted = line ? lineText(line, pc.createColors(true)) : '';
    expect(painted).toContain('\u001b[32mReady');
    expect(stripVTControlCharacters(painted)).toBe('03:04:05 waves.scanner Ready 1.0.0\n');
  });
});

describe('records for programs', () => {
  test.each<[string, RelayValue, unknown]>([
    ['a board is the status that changed', status(ready), ready],
    [
      'a board without a change is its phase',
      { time, relay: 'pluginStatus', value: { phase: 'loading', plugins: new Map() } },
      { phase: 'loading' },
    ],
    [
      'another value is itself',
      { time, relay: 'pluginsConfigReplay', value: { phase: 'loading' } },
      { phase: 'loading' },
    ],
  ])('%s', (_title, received, value) => {
    expect(jsonRecordOf(received)).toEqual({ time, relay: received.relay, value });
  });
});
