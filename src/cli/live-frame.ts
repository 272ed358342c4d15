import type { Colors } from 'picocolors/types.js';
import { type PluginState, type PluginStatus, pluginStates } from '../../relays/plugin-status.ts';
import { printable } from '../core/printable.ts';
import { displayWidth, truncate } from './printable.ts';
import { clockTime, type RelayLine, statusText, type Tone, toneColor, toneOfState } from './relay-lines.ts';

/** What the live view shows, as plain data. */
export interface LiveView {
  /** What runs: the config file or the artifact. */
  readonly title: string;
  /** Of the dashboard. It has a line for itself, for it must not be cut. */
  readonly address?: string | undefined;
  readonly plugins: readonly PluginStatus[];
  /** The last thing each plugin said, by id. */
  readonly latest: ReadonlyMap<string, string>;
  /** Oldest first. */
  readonly lines: readonly RelayLine[];
}

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

interface Span {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const badges: Readonly<Record<PluginState, string>> = { Disabled: '○', Loading: '◌', Ready: '●', Error: '✖' };
const urgency: Readonly<Record<PluginState, number>> = { Error: 0, Loading: 1, Ready: 2, Disabled: 3 };
/** Ids may be 128 characters long; the others still want a place. */
const maxIdColumns = 32;
const ruleRows = 2;

/**
 * The live view as lines no wider than `columns` and no more than `rows`: a headline, the plugins in at most half of the
 * height (what needs attention first when they do not fit), and below them the newest lines of the log.
 */
export function frameLines(view: LiveView, size: FrameSize, colors: Colors): readonly string[] {
  const header = [headline(view, colors), ...(view.address === undefined ? [] : [[{ text: view.address }]])];
  const tableRows = Math.max(1, Math.floor((size.rows - header.length - ruleRows) / 2));
  const table = pluginRows(view, tableRows, colors);
  const logRows = Math.max(0, size.rows - header.length - ruleRows - table.length);
  const rule: readonly Span[] = [{ text: '─'.repeat(size.columns), paint: colors.dim }];
  return [...header, rule, ...table, rule, ...logTail(view.lines, logRows, colors)]
    .slice(0, size.rows)
    .map((spans) => fitted(spans, size.columns));
}

function headline({ title, plugins }: LiveView, colors: Colors): readonly Span[] {
  const counts = pluginStates
    .map((state) => ({ state, count: plugins.filter((plugin) => plugin.state === state).length }))
    .filter(({ count }) => count > 0)
    .flatMap(({ state, count }): Span[] => [
      { text: '  ' },
      { text: `${count} ${state}`, paint: toneColor(toneOfState[state], colors) },
    ]);
  return [{ text: 'Signalbox', paint: colors.bold }, { text: `  ${title}` }, ...counts];
}

function pluginRows(
  { plugins, latest }: LiveView,
  maxRows: number,
  colors: Colors,
): readonly (readonly Span[])[] {
  const fits = plugins.length <= maxRows;
  const shown = fits ? plugins : mostUrgent(plugins, maxRows - 1);
  const idColumns = Math.min(maxIdColumns, Math.max(0, ...shown.map(({ id }) => id.length)));
  const stateColumns = Math.max(...pluginStates.map((state) => state.length));
  const rows = shown.map((status): readonly Span[] => {
    const { id, state } = status;
    const paint = toneColor(badgeTone(status), colors);
    const said = state === 'Ready' && !status.degraded ? latest.get(id) : undefined;
    return [
      { text: badges[state], paint },
      { text: ` ${padded(truncate(id, idColumns), idColumns)}  `, paint: colors.bold },
      { text: padded(state, stateColumns), paint },
      { text: `  ${said ?? statusText(status)}` },
    ];
  });
  if (fits) return rows;
  return [...rows, [{ text: `… and ${plugins.length - shown.length} more`, paint: colors.dim }]];
}

/** Those that need attention most, in the order of the config. */
function mostUrgent(plugins: readonly PluginStatus[], count: number): readonly PluginStatus[] {
  const chosen = new Set(plugins.toSorted((a, b) => urgency[a.state] - urgency[b.state]).slice(0, count));
  return plugins.filter((plugin) => chosen.has(plugin));
}

function logTail(lines: readonly RelayLine[], rows: number, colors: Colors): readonly (readonly Span[])[] {
  const tail: (readonly Span[])[] = [];
  for (let index = lines.length - 1; index >= 0 && tail.length < rows; index -= 1) {
    const line = lines[index];
    if (line) tail.unshift(...logSpans(line, colors));
  }
  return rows === 0 ? [] : tail.slice(-rows);
}

function logSpans(
  { time, source, label, tone, text, more }: RelayLine,
  colors: Colors,
): readonly (readonly Span[])[] {
  const head: readonly Span[] = [
    { text: `${clockTime(time)} `, paint: colors.dim },
    { text: `${source} `, paint: colors.bold },
    { text: label, paint: toneColor(tone, colors) },
    { text: ` ${text}` },
  ];
  return [head, ...more.map((below): readonly Span[] => [{ text: `  ${below.replaceAll('\t', ' ')}` }])];
}

function badgeTone({ state, degraded }: PluginStatus): Tone {
  return degraded ? 'warning' : toneOfState[state];
}

/** Escaped, cut to the columns there are, then painted, so that a cut never tears an escape sequence. */
function fitted(spans: readonly Span[], columns: number): string {
  let left = columns;
  let line = '';
  for (const { text, paint } of spans) {
    if (left <= 0) break;
    const cut = truncate(printable(text), left);
    left -= displayWidth(cut);
    line += paint ? paint(cut) : cut;
  }
  return line;
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}
