import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { PluginState, PluginStatus } from '../../relays/plugin-status.ts';
import { frameLines, type LiveView } from '../../src/cli/live-frame.ts';
import { displayWidth } from '../../src/cli/printable.ts';
import type { RelayLine } from '../../src/cli/relay-lines.ts';
import { parsePluginId } from '../../src/core/ids.ts';

const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
const plain = pc.createColors(false);

function plugin(id: string, state: PluginState, more: Partial<PluginStatus> = {}): PluginStatus {
  return { id: parsePluginId(id), state, since: time, ...more };
}

function line(text: string, more: readonly string[] = []): RelayLine {
  return { time, source: 'waves.scanner', label: 'info', tone: 'plain', text, more };
}

const view: LiveView = {
  title: 'signalbox.toml',
  plugins: [
    plugin('waves.scanner', 'Ready', { version: '1.0.0' }),
    plugin('hello', 'Error', {
      phase: 'backoff',
      error: { code: 'GUEST_TRAPPED', blame: 'plugin', message: 'Unreachable' },
    }),
    plugin('idle', 'Disabled'),
  ],
  latest: new Map([['waves.scanner', 'a.vcd']]),
  lines: [line('first'), line('second', ['below'])],
};

describe('a frame of the live view', () => {
  test('shows a headline, the plugins and the log', () => {
    expect(frameLines(view, { columns: 60, rows: 20 }, plain)).toEqual([
      'Signalbox  signalbox.toml  1 Disabled  1 Ready  1 Error',
      '─'.repeat(60),
      '● waves.scanner  Ready     a.vcd',
      '✖ hello          Error     backoff: GUEST_TRAPPED Unreachab…',
      '○ idle           Disabled  ',
      '─'.repeat(60),
      '03:04:05 waves.scanner info first',
      '03:04:05 waves.scanner info second',
      '  below',
    ]);
  });

  test('gives the address of the dashboard a line of its own, whole on a terminal of 80 columns', () => {
    const address = `http://127.0.0.1:7411/#token=sbx_${'a'.repeat(43)}`;
    const [, second, third] = frameLines({ ...view, address }, { columns: 80, rows: 20 }, plain);
    expect([second, third]).toEqual([address, '─'.repeat(80)]);
  });

  test('keeps the newest lines when the log is longer than the screen', () => {
    const lines = Array.from({ length: 100 }, (_, index) => line(`${index}`));
    const frame = frameLines({ ...view, lines }, { columns: 60, rows: 9 }, plain);
    expect(frame.slice(-3)).toEqual([97, 98, 99].map((index) => `03:04:05 waves.scanner info ${index}`));
  });

  test('shows what needs attention when not all plugins fit', () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      plugin(`p${index}`, index === 150 ? 'Error' : 'Ready'),
    );
    const frame = frameLines({ ...view, plugins: many, lines: [] }, { columns: 40, rows: 10 }, plain);
    expect(frame.slice(2, 5)).toEqual(['● p0    Ready     ', '✖ p150  Error     ', '… and 198 more']);
  });

  test.each([
    [20, 5],
    [1, 1],
    [200, 50],
    [7, 3],
  ])('never exceeds %i columns and %i rows, whatever plugins write', (columns, rows) => {
    const nasty = line('波形\u001b[2J👩‍👩‍👧\n'.repeat(30), ['\tframe\t'.repeat(20)]);
    const frame = frameLines(
      { ...view, lines: [nasty, nasty, nasty] },
      { columns, rows },
      pc.createColors(true),
    );
    expect(frame.length).toBeLessThanOrEqual(rows);
    for (const shown of frame) {
      const text = stripVTControlCharacters(shown);
      expect(text).not.toContain('\u001b');
      expect(displayWidth(text)).toBeLessThanOrEqual(columns);
    }
  });
});
