import { pluginAboutSchema } from '../../wire/plugin-about.ts';
import { usageSchema } from '../../wire/usage.ts';
import { useRemote } from '../live/use-remote.ts';
import { bytesText, limitText, millisecondsText, shortText } from '../parts/figures.ts';
import { RemoteView } from '../parts/remote-view.tsx';
import { TimePlot } from './time-plot.tsx';
import { usagePlots } from './usage-rates.ts';

/** Powers of two, from a page of WebAssembly memory on. */
const byteSteps = Array.from({ length: 20 }, (_, power) => 65_536 * 2 ** power);
const everyMs = 1_000;

export function UsageTab({ id }: { readonly id: string }) {
  const path = `/plugins/${encodeURIComponent(id)}`;
  const usage = useRemote(
    `usage ${id}`,
    (client, signal) => client.get(`${path}/usage`, usageSchema, signal),
    {
      everyMs,
    },
  );
  const about = useRemote(`about ${id}`, (client, signal) =>
    client.get(`${path}/about`, pluginAboutSchema, signal),
  );
  return (
    <div className="usage">
      <RemoteView remote={usage} what="Usage">
        {(report) => {
          const { times, calls, latency, fuel, memory } = usagePlots(report);
          return (
            <div className="plots">
              <TimePlot times={times} plot={calls} valueText={shortText} />
              <TimePlot times={times} plot={latency} valueText={millisecondsText} />
              <TimePlot times={times} plot={fuel} valueText={shortText} />
              <TimePlot times={times} plot={memory} valueText={bytesText} steps={byteSteps} />
            </div>
          );
        }}
      </RemoteView>
      <section aria-labelledby="limits-title">
        <h2 id="limits-title">Limits</h2>
        <p className="muted">The lowest of profile, manifest and entry.</p>
        <RemoteView remote={about} what="The limits">
          {({ limits }) => (
            <dl className="figures">
              {Object.entries(limits).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{limitText(name, value)}</dd>
                </div>
              ))}
            </dl>
          )}
        </RemoteView>
      </section>
    </div>
  );
}
