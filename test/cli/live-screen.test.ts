import pc from 'picocolors';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PluginStatus } from '../../relays/plugin-status.ts';
import { linePrinter, liveScreen } from '../../src/cli/live-screen.ts';
import type { RelayValue } from '../../src/cli/relay-values.ts';
import type { Screen, Shell } from '../../src/cli/shell.ts';
import { parsePluginId } from '../../src/core/ids.ts';

const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
const id = parsePluginId('hello');
const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';

/** A terminal that keeps what was written to it, and listeners by what they listen to. */
class FakeTerminal implements Shell, Screen {
  readonly cwd = '/work';
  readonly colors = pc.createColors(false);
  readonly errorColors = this.colors;
  readonly canAsk = false;
  readonly listeners = new Map<'resize' | 'end', () => void>();
  columns = 40;
  rows = 12;
  output = '';

  readonly write = (text: string): void => {
    this.output += text;
  };
  readonly print = this.write;
  readonly complain = this.write;
  exitWith(): void {}
  onStop(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }
  onResize(listener: () => void): Disposable {
    return this.listen('resize', listener);
  }
  onAbruptEnd(listener: () => void): Disposable {
    return this.listen('end', listener);
  }

  /** What was written since the last time somebody asked. */
  taken(): string {
    const { output } = this;
    this.output = '';
    return output;
  }

  private listen(what: 'resize' | 'end', listener: () => void): Disposable {
    this.listeners.set(what, listener);
    return { [Symbol.dispose]: () => void this.listeners.delete(what) };
  }
}

function status(state: PluginStatus['state']): RelayValue {
  const changed: PluginStatus = { id, state, since: time };
  return {
    time,
    relay: 'pluginStatus',
    value: { phase: 'known', plugins: new Map([[id, changed]]), changed },
  };
}

function log(message: string): RelayValue {
  return { time, relay: 'pluginLog', value: { plugin: id, time, level: 'info', message, fields: {} } };
}

describe('the live view', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('takes the second screen and hides the cursor', () => {
    const terminal = new FakeTerminal();
    using _view = liveScreen(terminal, terminal, 'app.toml');
    expect(terminal.taken().startsWith(enter)).toBe(true);
  });

  test('draws a thousand values as one frame', () => {
    const terminal = new FakeTerminal();
    using view = liveScreen(terminal, terminal, 'app.toml');
    terminal.taken();
    view.receive(status('Ready'));
    for (let index = 0; index < 1_000; index += 1) view.receive(log(`${index}`));
    expect(terminal.taken()).toBe('');
    vi.advanceTimersByTime(50);
    const frame = terminal.taken();
    expect(frame.split('Signalbox')).toHaveLength(2);
    expect(frame).toContain('hello info 999');
    vi.advanceTimersByTime(1_000);
    expect(terminal.taken()).toBe('');
  });

  test('follows the size of the terminal', () => {
    const terminal = new FakeTerminal();
    using _view = liveScreen(terminal, terminal, 'app.toml');
    terminal.taken();
    terminal.columns = 10;
    terminal.listeners.get('resize')?.();
    vi.advanceTimersByTime(50);
    expect(terminal.taken()).toContain('Signalbox…\u001b[K\r\n──────────\u001b[K');
  });

  test('gives the terminal back with the last frame on it, and goes on in lines', () => {
    const terminal = new FakeTerminal();
    const view = liveScreen(terminal, terminal, 'app.toml');
    view.receive(status('Ready'));
    terminal.taken();
    view[Symbol.dispose]();
    view[Symbol.dispose]();
    view.receive(log('goodbye'));
    expect(terminal.taken()).toBe(
      [
        `${leave}Signalbox  app.toml  1 Ready`,
        '─'.repeat(40),
        '● hello  Ready     ',
        '─'.repeat(40),
        '03:04:05 hello Ready ',
        '03:04:05 hello info goodbye',
        '',
      ].join('\n'),
    );
    expect([vi.getTimerCount(), terminal.listeners.size]).toEqual([0, 0]);
  });

  test('gives the cursor back when the process ends abruptly', () => {
    const terminal = new FakeTerminal();
    using _view = liveScreen(terminal, terminal, 'app.toml');
    terminal.taken();
    terminal.listeners.get('end')?.();
    expect(terminal.taken()).toBe(leave);
  });
});

test('in a pipe every line is written as it comes', () => {
  const terminal = new FakeTerminal();
  using printer = linePrinter(terminal);
  printer.receive(status('Ready'));
  printer.receive(log('hello'));
  expect(terminal.taken()).toBe('03:04:05 hello Ready\n03:04:05 hello info hello\n');
});
