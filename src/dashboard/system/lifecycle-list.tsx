import { memo, useMemo, useState } from 'react';
import { chartsSchema, type TransitionReport, transitionSchema } from '../../wire/machines.ts';
import type { StreamEvent } from '../live/stream-event.ts';
import { useRecords } from '../live/use-records.ts';
import { useRemote } from '../live/use-remote.ts';
import { Empty, Loading, ProblemNotice } from '../parts/remote-view.tsx';
import { dayText, preciseText } from '../parts/times.ts';
import { eventNames, placeText } from '../plugin/history.ts';
import { addressOf } from '../routing.ts';

const maxRows = 1_000;

/** What every plugin did, newest first: the step of its lifecycle and the event that made it. */
export function LifecycleList() {
  const { state, problem, rows } = useRecords({
    path: `/transitions?limit=${maxRows}`,
    row: transitionSchema,
    maxRows,
    pick,
  });
  const charts = useRemote('machines', (client, signal) => client.get('/machines', chartsSchema, signal));
  const names = useMemo(() => {
    const chart =
      charts.state === 'ready' ? charts.value.machines.find(({ name }) => name === machine) : undefined;
    return chart ? eventNames(chart) : new Map<string, string>();
  }, [charts]);
  const [text, setText] = useState('');
  const steps = useMemo(() => rows.filter(({ row }) => row.machine === machine), [rows]);
  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    return steps.filter(({ row }) =>
      `${row.plugin} ${placeText(row.states)} ${names.get(row.event) ?? row.event}`
        .toLowerCase()
        .includes(wanted),
    );
  }, [steps, names, text]);

  return (
    <section aria-label="Lifecycles">
      <div className="filters">
        <input
          type="search"
          className="search"
          aria-label="Filter the journal"
          placeholder="Filter by plugin, state or event"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="muted" role="status">
          {shown.length} of {steps.length} steps
        </span>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {state === 'loading' && <Loading what="The journal" />}
      {state === 'ready' &&
        (shown.length === 0 ? (
          <Empty>{steps.length === 0 ? 'No plugin did anything yet.' : 'No step fits this filter.'}</Empty>
        ) : (
          <ol className="journal" reversed>
            {shown.toReversed().map(({ key, row }) => (
              <LifecycleRow key={key} row={row} event={names.get(row.event) ?? row.event} />
            ))}
          </ol>
        ))}
    </section>
  );
}

const machine = 'plugin';

interface LifecycleRowProps {
  readonly row: TransitionReport;
  readonly event: string;
}

const LifecycleRow = memo(function LifecycleRow({ row, event }: LifecycleRowProps) {
  const { plugin = '', time, states } = row;
  return (
    <li className="journal-row journal-lifecycle">
      <time dateTime={new Date(time).toISOString()} title={dayText(time)}>
        {preciseText(time)}
      </time>
      <a className="journal-plugin" href={addressOf({ page: 'plugin', id: plugin, tab: 'machine' })}>
        {plugin}
      </a>
      <span className={states.includes('plugin.Error') ? 'journal-place bad' : 'journal-place'}>
        {placeText(states)}
      </span>
      <span className="muted">{event}</span>
    </li>
  );
});

function pick(event: StreamEvent) {
  return event.topic === 'transition' ? event.transition : undefined;
}
