import { useEffect, useState } from 'react';
import type { Static, TObject } from 'typebox';
import { pageOf } from '../../wire/records.ts';
import { type ApiProblem, problemIn } from '../api/client.ts';
import { useLive, useLiveClient } from './live-context.ts';
import { type StreamEvent, sequenceOf } from './stream-event.ts';

/** The newest records of one topic: those of before, and what comes. */
export interface Records<Row> {
  readonly state: 'loading' | 'failed' | 'ready';
  readonly problem?: ApiProblem;
  /** Oldest first. */
  readonly rows: readonly Numbered<Row>[];
}

/** `key` is unique among the rows of one list. */
export type Numbered<Row> = { readonly key: number; readonly row: Row };

interface Kept<Row> {
  readonly subject: string;
  readonly records: Records<Row>;
}

interface RecordsInput<Row extends TObject> {
  /** Where those of before are listed, with its query. */
  readonly path: string;
  readonly row: Row;
  readonly maxRows: number;
  /** The row in an event of the stream, when it is one that belongs here. Must not change from one rendering to the next. */
  readonly pick: (event: StreamEvent) => Static<Row> | undefined;
}

export function useRecords<Row extends TObject>(input: RecordsInput<Row>): Records<Static<Row>> {
  const { path, row, maxRows, pick } = input;
  const live = useLiveClient();
  const { board, link } = useLive();
  const { generation } = board;
  const isLive = link.state === 'live';
  const subject = `${generation} ${path}`;
  const [kept, setKept] = useState<Kept<Static<Row>>>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the subject names the path
  useEffect(() => {
    if (!isLive) return;
    const ending = new AbortController();
    // Keys of what was listed are below zero, so that they never meet a sequence.
    const begin = async (): Promise<void> => {
      const waiting: StreamEvent[] = [];
      let through: number | undefined;
      const add = (events: readonly StreamEvent[]): void => {
        if (through === undefined) return void waiting.push(...events);
        const after = through;
        const news = events.flatMap((event) => {
          const picked = event.sequence > after ? pick(event) : undefined;
          return picked === undefined ? [] : [{ key: event.sequence, row: picked }];
        });
        if (news.length === 0) return;
        setKept((before) => ({
          subject,
          records: { state: 'ready', rows: [...(before?.records.rows ?? []), ...news].slice(-maxRows) },
        }));
      };
      const stop = live.listen(add);
      ending.signal.addEventListener('abort', stop, { once: true });
      const page = await live.client.get(path, pageOf(row), ending.signal);
      const rows = page.records.map((each, at) => ({ key: at - page.records.length, row: each }));
      setKept({ subject, records: { state: 'ready', rows: rows.slice(-maxRows) } });
      through = sequenceOf(page.next);
      add(waiting);
    };
    begin().catch((thrown: unknown) => {
      if (ending.signal.aborted) return;
      setKept({ subject, records: { state: 'failed', problem: problemIn(thrown), rows: [] } });
    });
    return () => ending.abort();
  }, [live, subject, row, maxRows, pick, isLive]);

  // What belongs to another subject, a runtime that is no more for one, is not shown for a moment.
  return kept?.subject === subject ? kept.records : { state: 'loading', rows: [] };
}
