import { useEffect, useMemo, useState } from 'react';
import { actorsSchema } from '../../wire/machines.ts';
import type { PluginReport } from '../../wire/plugin-status.ts';
import { type RuntimeReport, runtimeSchema } from '../../wire/runtime.ts';
import { useLive } from '../live/live-context.ts';
import { type Remote, useRemote } from '../live/use-remote.ts';
import { shortText, wholeText } from '../parts/figures.ts';
import { Empty, RemoteView } from '../parts/remote-view.tsx';
import { tierText } from '../parts/tier-text.ts';
import { dayText, durationText } from '../parts/times.ts';
import { rateBetween } from '../plugin/usage-rates.ts';
import { ConfigNotices } from '../plugins/config-notices.tsx';
import { addressOf } from '../routing.ts';
import { ActorTreeView } from './actor-tree-view.tsx';

const everyMs = 2_000;
/** The tree of a thousand plugins is large. */
const treeEveryMs = 4_000;

export function SystemPage() {
  const runtime = useRemote('runtime', (client, signal) => client.get('/runtime', runtimeSchema, signal), {
    everyMs,
  });
  const actors = useRemote('actors', (client, signal) => client.get('/actors', actorsSchema, signal), {
    everyMs: treeEveryMs,
  });
  const rates = useRates(runtime);
  const { board } = useLive();
  const cells = useMemo(() => cellsOf(board.plugins.values()), [board.plugins]);

  return (
    <div className="page">
      <div className="page-head">
        <h1>System</h1>
      </div>
      <ConfigNotices />
      <div className="system">
        <section className="card" aria-labelledby="runtime-title">
          <h2 id="runtime-title">Runtime</h2>
          <RemoteView remote={runtime} what="The runtime">
            {({ version, startedAt, configFile, stateFolder }) => (
              <dl className="facts-list">
                <dt>Version</dt>
                <dd>{version}</dd>
                <dt>Started</dt>
                <dd>
                  {dayText(startedAt)}, {durationText(Date.now() - startedAt)} ago
                </dd>
                <dt>Config</dt>
                <dd className="path">{configFile}</dd>
                <dt>State</dt>
                <dd className="path">{stateFolder}</dd>
              </dl>
            )}
          </RemoteView>
        </section>
        <section className="card" aria-labelledby="relays-title">
          <h2 id="relays-title">Relays</h2>
          <RemoteView remote={runtime} what="The relays">
            {({ records }) => (
              <table>
                <thead>
                  <tr>
                    <th scope="col">Relay</th>
                    <th scope="col" className="number">
                      Per second
                    </th>
                    <th scope="col" className="number">
                      In all
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {Object.entries(records).map(([topic, total]) => (
                    <tr key={topic}>
                      <th scope="row">{topic}</th>
                      <td className="number">{rateText(rates.get(topic))}</td>
                      <td className="number">{wholeText(total)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </RemoteView>
        </section>
        <section className="card" aria-labelledby="cells-title">
          <h2 id="cells-title">Cells</h2>
          {cells.length === 0 ? (
            <Empty>No plugin runs.</Empty>
          ) : (
            <ul className="cells">
              {cells.map(({ cell, tier, plugins }) => (
                <li key={cell}>
                  <p>
                    <strong>{cell}</strong> <span className="muted">{tierText(tier)}</span>
                  </p>
                  <p className="cell-plugins">
                    {plugins.slice(0, shownInCell).map(({ id }) => (
                      <a key={id} href={addressOf({ page: 'plugin', id, tab: 'machine' })}>
                        {id}
                      </a>
                    ))}
                    {plugins.length > shownInCell && (
                      <span className="muted">and {plugins.length - shownInCell} more</span>
                    )}
                  </p>
                </li>
              ))}
            </ul>
          )}
        </section>
        <section className="card system-tree" aria-labelledby="tree-title">
          <h2 id="tree-title">Actors</h2>
          <RemoteView remote={actors} what="The tree of actors">
            {(report) => <ActorTreeView actors={report.actors} />}
          </RemoteView>
        </section>
      </div>
    </div>
  );
}

const shownInCell = 24;

interface Cell {
  readonly cell: string;
  readonly tier: string;
  readonly plugins: readonly PluginReport[];
}

function cellsOf(plugins: Iterable<PluginReport>): readonly Cell[] {
  const inCells = [...plugins].filter(({ cell }) => cell !== undefined);
  return [...Map.groupBy(inCells, ({ cell = '' }) => cell)]
    .map(([cell, members]) => ({ cell, tier: members[0]?.tier ?? '', plugins: members }))
    .sort((one, other) => one.cell.localeCompare(other.cell, 'en', { numeric: true }));
}

/** Events per second of each relay, from the last two answers. */
function useRates(runtime: Remote<RuntimeReport>): ReadonlyMap<string, number | undefined> {
  const report = runtime.state === 'ready' ? runtime.value : undefined;
  const [readings, setReadings] = useState<readonly (RuntimeReport & { readonly time: number })[]>([]);
  useEffect(() => {
    if (report) setReadings((before) => [...before, { ...report, time: Date.now() }].slice(-2));
  }, [report]);
  const [before, after] = readings;
  if (!before || !after || before.startedAt !== after.startedAt) return new Map();
  const at = (reading: typeof before, topic: string) => ({
    time: reading.time,
    total: Object.entries(reading.records).find(([name]) => name === topic)?.[1] ?? 0,
  });
  return new Map(
    Object.keys(after.records).map((topic) => [topic, rateBetween(at(before, topic), at(after, topic))]),
  );
}

function rateText(rate: number | undefined): string {
  return rate === undefined ? '–' : shortText(rate);
}
