import { useMemo, useState } from 'react';
import { auditSchema } from '../../wire/records.ts';
import type { StreamEvent } from '../live/stream-event.ts';
import { useRecords } from '../live/use-records.ts';
import { Empty, Loading, ProblemNotice } from '../parts/remote-view.tsx';
import { dayText, preciseText } from '../parts/times.ts';

const maxRows = 1_000;

/** Decisions about permissions: who was given what, who used it, and who was kept from what. */
export function JournalPage() {
  const { state, problem, rows } = useRecords({
    path: `/audit?limit=${maxRows}`,
    row: auditSchema,
    maxRows,
    pick,
  });
  const [text, setText] = useState('');
  const [decision, setDecision] = useState('');
  const decisions = useMemo(() => [...new Set(rows.map(({ row }) => row.decision))].sort(), [rows]);
  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    return rows.filter(
      ({ row }) =>
        (decision === '' || row.decision === decision) &&
        `${row.plugin} ${row.permission} ${row.rule}`.toLowerCase().includes(wanted),
    );
  }, [rows, text, decision]);

  return (
    <div className="page">
      <div className="page-head">
        <h1>Journal</h1>
        <label className="inline-field">
          <span>Decision</span>
          <select value={decision} onChange={(event) => setDecision(event.target.value)}>
            <option value="">all</option>
            {decisions.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <input
          type="search"
          className="search"
          aria-label="Filter the journal"
          placeholder="Filter by plugin, permission or rule"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {state === 'loading' && <Loading what="The journal" />}
      {state === 'ready' &&
        (shown.length === 0 ? (
          <Empty>
            {rows.length === 0 ? 'No permission was decided about yet.' : 'No decision fits this filter.'}
          </Empty>
        ) : (
          <ol className="journal" reversed>
            {shown.toReversed().map(({ key, row }) => (
              <li key={key} className={`journal-row decision-${row.decision}`}>
                <time dateTime={new Date(row.time).toISOString()} title={dayText(row.time)}>
                  {preciseText(row.time)}
                </time>
                <span className="decision">{row.decision}</span>
                <span className="journal-plugin">{row.plugin}</span>
                <code>{row.method === undefined ? row.permission : `${row.method} ${row.permission}`}</code>
                <span className="muted">
                  {row.rule}
                  {row.repeats !== undefined && ` (and ${row.repeats} times more)`}
                </span>
              </li>
            ))}
          </ol>
        ))}
    </div>
  );
}

function pick(event: StreamEvent) {
  return event.topic === 'audit' ? event.line : undefined;
}
