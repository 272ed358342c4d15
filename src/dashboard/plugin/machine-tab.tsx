import { useCallback, useMemo, useState } from 'react';
import { actorsSchema, chartsSchema, transitionSchema } from '../../wire/machines.ts';
import { ChartView } from '../chart/chart-view.tsx';
import type { StreamEvent } from '../live/stream-event.ts';
import { useRecords } from '../live/use-records.ts';
import { useRemote } from '../live/use-remote.ts';
import { Empty, Loading, ProblemNotice, RemoteView } from '../parts/remote-view.tsx';
import { eventNames, litAt, stepsOf } from './history.ts';
import { HistoryPanel } from './history-panel.tsx';
import { usePacedStep } from './use-paced-step.ts';

/** Of a plugin: the machine of its lifecycle, and that of its instances. */
const machines = [
  ['plugin', 'Lifecycle'],
  ['execution', 'Instance'],
] as const;
const maxSteps = 400;
const readEveryMs = 500;

export function MachineTab({ id }: { readonly id: string }) {
  const [machine, setMachine] = useState<(typeof machines)[number][0]>('plugin');
  /** Key of the step that is looked at; undefined for now. */
  const [looked, setLooked] = useState<number>();
  const path = encodeURIComponent(id);
  const charts = useRemote('machines', (client, signal) => client.get('/machines', chartsSchema, signal));
  const readings = useRemote(
    `actors ${id}`,
    (client, signal) => client.get(`/plugins/${path}/actors`, actorsSchema, signal),
    { everyMs: readEveryMs },
  );
  const pick = useCallback(
    (event: StreamEvent) =>
      event.topic === 'transition' && event.transition.plugin === id ? event.transition : undefined,
    [id],
  );
  const records = useRecords({
    path: `/transitions?plugin=${path}&limit=${maxSteps}`,
    row: transitionSchema,
    maxRows: maxSteps,
    pick,
  });
  const steps = useMemo(() => stepsOf(records.rows, machine), [records.rows, machine]);
  const chart =
    charts.state === 'ready' ? charts.value.machines.find(({ name }) => name === machine) : undefined;
  const names = useMemo(() => (chart ? eventNames(chart) : new Map<string, string>()), [chart]);
  const lookedAt = looked === undefined ? -1 : steps.findIndex(({ key }) => key === looked);
  const paced = usePacedStep(steps);
  const step = lookedAt < 0 ? paced : steps[lookedAt];

  return (
    <div className="machine">
      <section className="machine-chart" aria-label="Statechart">
        <fieldset className="segments" aria-label="Machine">
          {machines.map(([name, title]) => (
            <button
              key={name}
              type="button"
              aria-pressed={machine === name}
              onClick={() => {
                setMachine(name);
                setLooked(undefined);
              }}
            >
              {title}
            </button>
          ))}
        </fieldset>
        <RemoteView remote={charts} what="The statechart">
          {() => {
            if (!chart) return <Empty>This runtime has no machine of that name.</Empty>;
            const isNow = step === steps.at(-1) && lookedAt < 0 && readings.state === 'ready';
            return (
              <ChartView chart={chart} lit={litAt(chart, step, isNow ? readings.value.actors : undefined)} />
            );
          }}
        </RemoteView>
      </section>
      {records.problem ? (
        <ProblemNotice problem={records.problem} />
      ) : records.state === 'loading' ? (
        <Loading what="The history" />
      ) : (
        <HistoryPanel
          steps={steps}
          names={names}
          looked={lookedAt < 0 ? undefined : lookedAt}
          onLook={(at) => setLooked(at === undefined ? undefined : steps[at]?.key)}
        />
      )}
    </div>
  );
}
