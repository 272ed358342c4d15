import { memo, useCallback, useMemo, useState } from 'react';
import { type LogLine, levelsByGravity, logLineSchema } from '../../wire/records.ts';
import type { StreamEvent } from '../live/stream-event.ts';
import { useRecords } from '../live/use-records.ts';
import { Empty, Loading, ProblemNotice } from '../parts/remote-view.tsx';
import { preciseText } from '../parts/times.ts';

const maxLines = 1_000;

export function LogTab({ id }: { readonly id: string }) {
  const [level, setLevel] = useState<LogLine['level']>('trace');
  const [text, setText] = useState('');
  const pick = useCallback(
    (event: StreamEvent) => (event.topic === 'log' && event.line.plugin === id ? event.line : undefined),
    [id],
  );
  const { state, problem, rows } = useRecords({
    path: `/logs?plugin=${encodeURIComponent(id)}&limit=${maxLines}`,
    row: logLineSchema,
    maxRows: maxLines,
    pick,
  });
  const shown = useMemo(() => {
    const least = levelsByGravity.indexOf(level);
    const wanted = text.toLowerCase();
    return rows.filter(
      ({ row }) =>
        levelsByGravity.indexOf(row.level) >= least &&
        `${row.message} ${fieldsText(row)}`.toLowerCase().includes(wanted),
    );
  }, [rows, level, text]);

  return (
    <section aria-label="Log">
      <div className="filters">
        <label className="inline-field">
          <span>Level</span>
          <select
            value={level}
            onChange={(event) =>
              setLevel(levelsByGravity.find((each) => each === event.target.value) ?? 'trace')
            }
          >
            {levelsByGravity.map((each) => (
              <option key={each} value={each}>
                {each === 'trace' ? 'all' : each === 'error' ? 'error' : `${each} and graver`}
              </option>
            ))}
          </select>
        </label>
        <input
          type="search"
          className="search"
          aria-label="Filter the log"
          placeholder="Filter by text"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="muted" role="status">
          {shown.length} of {rows.length} lines
        </span>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {state === 'loading' && <Loading what="The log" />}
      {state === 'ready' &&
        (shown.length === 0 ? (
          <Empty>
            {rows.length === 0
              ? 'It has logged nothing yet. New lines appear here.'
              : 'No line fits this filter.'}
          </Empty>
        ) : (
          // Newest first: what is new is where one looks, and nothing scrolls away by itself.
          <ol className="log" reversed>
            {shown.toReversed().map(({ key, row }) => (
              <LogRow key={key} row={row} />
            ))}
          </ol>
        ))}
    </section>
  );
}

const LogRow = memo(function LogRow({ row }: { readonly row: LogLine }) {
  const fields = fieldsText(row);
  return (
    <li className={`log-line log-${row.level}`}>
      <time dateTime={new Date(row.time).toISOString()}>{preciseText(row.time)}</time>
      <span className="log-level">{row.level}</span>
      <span className="log-message">
        {row.message}
        {fields !== '' && <span className="log-fields"> {fields}</span>}
        {row.dropped !== undefined && <em> {row.dropped} lines before this one were dropped</em>}
      </span>
    </li>
  );
});

function fieldsText({ fields }: LogLine): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
