import type { PluginStatus } from '../../relays/plugin-status.ts';
import { frameLines, type LiveView } from './live-frame.ts';
import { createNarrator, lineText, type RelayLine } from './relay-lines.ts';
import type { RelayValue } from './relay-values.ts';
import type { Screen, Shell } from './shell.ts';

/** Shows relay values somewhere. Disposing puts the terminal back as it was. */
export interface RelayPrinter extends Disposable {
  receive(value: RelayValue): void;
  /** Leaves the terminal to somebody else until disposed; what comes meanwhile is shown then. */
  suspend(): Disposable;
  announce(served: Served): void;
  /** Shows a line that comes from no relay. */
  tell(line: RelayLine): void;
}

/** Where the runtime can be reached. */
export interface Served {
  readonly api: string;
  /** The dashboard. */
  readonly page?: string;
}

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
/** Terminals that know it show the frame at once; the others ignore it. */
const beginFrame = '\u001b[?2026h\u001b[H';
const endFrame = '\u001b[?2026l';
const clearRestOfLine = '\u001b[K';
const clearBelow = '\u001b[J';

/** About what an eye follows. */
const redrawMs = 50;
const maxKeptLines = 1_000;

/** How output without a screen says where the runtime can be reached. */
export function announcement({ api, page }: Served): string {
  const lines = [`Admin API at ${api}`];
  if (page !== undefined) lines.push(`Dashboard at ${page}`, tokenAdvice);
  return lines.join('\n');
}

const tokenAdvice = 'Sign in with a token: signalbox token create --name dashboard --scope admin';

/** One line for people per thing worth knowing: for pipes, files and terminals that cannot move their cursor. */
export function linePrinter(shell: Shell): RelayPrinter {
  const narrate = createNarrator(shell.cwd);
  let held: string[] | undefined;
  const release = (): void => {
    const texts = held ?? [];
    held = undefined;
    for (const text of texts) shell.print(text);
  };
  const show = (text: string): void => {
    if (held) held.push(text);
    else shell.print(text);
  };
  return {
    receive: (value) => {
      for (const line of narrate(value)) show(lineText(line, shell.colors));
    },
    suspend: () => {
      held ??= [];
      return { [Symbol.dispose]: release };
    },
    announce: (served) => show(`${announcement(served)}\n`),
    tell: (line) => show(lineText(line, shell.colors)),
    [Symbol.dispose]: release,
  };
}

/**
 * The live view on the terminal's second screen, redrawn at most every 50 ms. When it is disposed the last frame is left on
 * the first screen, and what comes after that is printed as lines.
 */
export function liveScreen(shell: Shell, screen: Screen, title: string): RelayPrinter {
  const narrate = createNarrator(shell.cwd);
  const latest = new Map<string, string>();
  let plugins: readonly PluginStatus[] = [];
  let lines: RelayLine[] = [];
  let redraw: ReturnType<typeof setTimeout> | undefined;
  let isLive = true;
  let isSuspended = false;
  let address: string | undefined;

  const frame = (): readonly string[] => {
    const view: LiveView = { title, address, plugins, latest, lines };
    return frameLines(view, { columns: screen.columns, rows: screen.rows }, shell.colors);
  };
  const draw = (): void => {
    redraw = undefined;
    const body = frame().join(`${clearRestOfLine}\r\n`);
    screen.write(`${beginFrame}${body}${clearRestOfLine}${clearBelow}${endFrame}`);
  };
  const drawSoon = (): void => {
    if (!isSuspended) redraw ??= setTimeout(draw, redrawMs);
  };

  const tell = (...told: readonly RelayLine[]): void => {
    if (!isLive) {
      for (const line of told) shell.print(lineText(line, shell.colors));
      return;
    }
    lines.push(...told);
    if (lines.length > 2 * maxKeptLines) lines = lines.slice(-maxKeptLines);
    drawSoon();
  };

  const resized = screen.onResize(drawSoon);
  const restored = screen.onAbruptEnd(() => screen.write(leave));
  screen.write(enter);
  draw();

  return {
    receive: (received) => {
      const told = narrate(received);
      if (received.relay === 'pluginStatus') plugins = [...received.value.plugins.values()];
      if (received.relay === 'pluginLog' || received.relay === 'pluginEvent') {
        const last = told.at(-1);
        if (last) latest.set(last.source, last.text);
      }
      tell(...told);
    },
    suspend: () => {
      if (!isLive || isSuspended) return { [Symbol.dispose]: () => {} };
      isSuspended = true;
      clearTimeout(redraw);
      redraw = undefined;
      screen.write(leave);
      return {
        [Symbol.dispose]: () => {
          isSuspended = false;
          if (!isLive) return;
          screen.write(enter);
          draw();
        },
      };
    },
    announce: ({ api, page }) => {
      address = page ?? api;
      drawSoon();
    },
    tell,
    [Symbol.dispose]: () => {
      if (!isLive) return;
      isLive = false;
      clearTimeout(redraw);
      resized[Symbol.dispose]();
      restored[Symbol.dispose]();
      screen.write(leave);
      shell.print(`${frame().join('\n')}\n`);
    },
  };
}
