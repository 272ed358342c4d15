import type { ConfigNews } from '../../wire/config.ts';
import type { ErrorReport } from '../../wire/error-record.ts';
import type { PluginReport } from '../../wire/plugin-status.ts';
import type { LogLine } from '../../wire/records.ts';
import type { StreamEvent } from './stream-event.ts';

/** What the page knows of the runtime as a whole. */
export interface BoardState {
  readonly phase: 'loading' | 'known';
  readonly plugins: ReadonlyMap<string, PluginReport>;
  /** The last line each plugin logged that was more than debugging. */
  readonly latest: ReadonlyMap<string, LogLine>;
  readonly discoveryProblems: readonly ErrorReport[];
  readonly config: ConfigNews;
  /** Grows with each `reset`: what was fetched before it is to be fetched anew. */
  readonly generation: number;
}

export const emptyBoard: BoardState = {
  phase: 'loading',
  plugins: new Map(),
  latest: new Map(),
  discoveryProblems: [],
  config: { phase: 'loading' },
  generation: 0,
};

/** The state after events in their order; the same object when none of them changed it. */
export function boardAfter(before: BoardState, events: readonly StreamEvent[]): BoardState {
  let state = before;
  // Copied once for all events: a runtime that starts tells a thousand statuses in a few pieces.
  let plugins: Map<string, PluginReport> | undefined;
  let latest: Map<string, LogLine> | undefined;
  for (const event of events) {
    switch (event.topic) {
      case 'reset': {
        const { phase, discoveryProblems, config } = event.board;
        plugins = new Map(event.board.plugins.map((plugin) => [plugin.id, plugin]));
        // A restarted runtime has said nothing yet.
        latest = event.isRestart ? new Map() : latest;
        state = { ...state, phase, discoveryProblems, config, generation: state.generation + 1 };
        break;
      }
      case 'status': {
        const { phase, discoveryProblems, status, isGone } = event.news;
        state = { ...state, phase, discoveryProblems };
        if (!status) break;
        plugins ??= new Map(state.plugins);
        if (isGone) plugins.delete(status.id);
        else plugins.set(status.id, status);
        break;
      }
      case 'config':
        state = { ...state, config: event.news };
        break;
      case 'log':
        if (event.line.level === 'trace' || event.line.level === 'debug') break;
        latest ??= new Map(state.latest);
        latest.set(event.line.plugin, event.line);
        break;
      case 'audit':
      case 'transition':
        break;
    }
  }
  if (plugins || latest) state = { ...state, ...(plugins && { plugins }), ...(latest && { latest }) };
  return state;
}

/** With lines of before, which are older than any that came by the stream. */
export function boardWithLines(state: BoardState, lines: readonly LogLine[]): BoardState {
  const before = lines.map((line) => [line.plugin, line] as const);
  return { ...state, latest: new Map([...before, ...state.latest]) };
}
