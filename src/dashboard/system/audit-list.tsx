import { memo, useMemo, useState } from 'react';
import { type AuditLine, auditSchema } from '../../wire/records.ts';
import type { StreamEvent } from '../live/stream-event.ts';
import { useRecords } from '../live/use-records.ts';
import { Empty, Loading, ProblemNotice } from '../parts/remote-view.tsx';
import { dayText, preciseText } from '../parts/times.ts';

const maxRows = 1_000;

/** Decisions about permissions, newest first: who was given what, who used it, and who was kept from what. */
export function AuditList() {
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
    <section aria-label="Audit">
      <div className="filters">
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
          aria-label="Filter the audit"
          placeholder="Filter by plugin, permission or rule"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="muted" role="status">
          {shown.length} of {rows.length} decisions
        </span>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {state === 'loading' && <Loading what="The audit" />}
      {state === 'ready' &&
        (shown.length === 0 ? (
          <Empty>
            {rows.length === 0 ? 'No permission was decided about yet.' : 'No decision fits this filter.'}
          </Empty>
        ) : (
          <ol className="journal" reversed>
            {shown.toReversed().map(({ key, row }) => (
              <AuditRow key={key} row={row} />
            ))}
          </ol>
        ))}
    </section>
  );
}

const AuditRow = memo(function AuditRow({ row }: { readonly row: AuditLine }) {
  const { time, decision, plugin, method, permission, rule, repeats } = row;
  return (
    <li className={`journal-row decision-${decision}`}>
      <time dateTime={new Date(time).toISOString()} title={dayText(time)}>
        {preciseText(time)}
      </time>
      <span className="decision">{decision}</span>
      <span className="journal-plugin">{plugin}</span>
      <code>{method === undefined ? permission : `${method} ${permission}`}</code>
      <span className="muted">
        {rule}
        {repeats !== undefined && ` (and ${repeats} times more)`}
      </span>
    </li>
  );
});

function pick(event: StreamEvent) {
  return event.topic === 'audit' ? event.line : undefined;
}
