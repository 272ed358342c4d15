import { logLineSchema, pageOf } from '../../wire/records.ts';
import type { Client } from '../api/client.ts';
import { type BoardState, boardAfter, boardWithLines, emptyBoard } from './board-state.ts';
import { followEvents, type Link } from './follow-events.ts';
import type { StreamEvent } from './stream-event.ts';

/** One moment of what the page knows. */
export interface Live {
  readonly link: Link;
  readonly board: BoardState;
}

const recalledLines = 1_000;

export type Feed = (events: readonly StreamEvent[]) => void;

/** Follows one runtime for everything on the page: browsers allow a server few connections, of which this takes one. */
export interface LiveClient {
  readonly client: Client;
  snapshot(): Live;
  /** Calls back when the snapshot is another one. */
  subscribe(listener: () => void): () => void;
  /** Hears the events themselves. */
  listen(feed: Feed): () => void;
  /** Begins following; returns what ends it. */
  start(): () => void;
}

export function createLiveClient(client: Client): LiveClient {
  const listeners = new Set<() => void>();
  const feeds = new Set<Feed>();
  let live: Live = { link: { state: 'connecting' }, board: emptyBoard };
  let isScheduled = false;

  // What comes between two frames is drawn once.
  const publish = (next: Live): void => {
    live = next;
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => {
      isScheduled = false;
      for (const listener of listeners) listener();
    });
  };

  /** What plugins said before this page was opened. */
  const recall = async (): Promise<void> => {
    const { generation } = live.board;
    const path = `/logs?level=info&limit=${recalledLines}`;
    const { records } = await client.get(path, pageOf(logLineSchema));
    if (generation !== live.board.generation) return;
    publish({ ...live, board: boardWithLines(live.board, records) });
  };

  return {
    client,
    snapshot: () => live,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    listen: (feed) => {
      feeds.add(feed);
      return () => void feeds.delete(feed);
    },
    start: () => {
      const ending = new AbortController();
      void followEvents({
        client,
        signal: ending.signal,
        receive: (events) => {
          const board = boardAfter(live.board, events);
          if (board !== live.board) publish({ ...live, board });
          for (const feed of feeds) feed(events);
          // Without them the page lacks a remark and nothing else; whoever wants the log itself hears of the failure.
          if (events.some(({ topic }) => topic === 'reset')) recall().catch(() => {});
        },
        tell: (link) => {
          if (link.state !== live.link.state || link.state === 'lost') publish({ ...live, link });
        },
      });
      return () => ending.abort();
    },
  };
}
