import Type from 'typebox';
import { printable } from '../core/printable.ts';
import type { HostFunction, HostReply } from '../ports/host-imports.ts';
import { argumentReader, f64 } from './arguments.ts';
import { type Measurement, maxSeries } from './metric-series.ts';
import { returned } from './replies.ts';
import type { WiringContext } from './wiring-context.ts';

/** Totals are told at most this often, however often a plugin counts; nobody plots faster. */
const tellEveryMs = 1_000;

const readArguments = argumentReader(
  'metrics',
  Type.Tuple([Type.String(), f64, Type.Array(Type.Object({ name: Type.String(), value: Type.String() }))]),
);

/**
 * `signalbox:plugin/metrics`. Its WIT gives no way to refuse, and a wrong number is no reason to end a plugin: what cannot be counted is
 * dropped, and the plugin's log says what and how many (docs/decisions/0013).
 */
export function wireMetrics(context: WiringContext): Readonly<Record<string, HostFunction>> {
  const { entry, access, clock, publish, metrics, resources } = context;
  let timer: unknown;
  let dropped = 0;
  let problem: string | undefined;
  let wasFull = false;
  let wasDenied = false;

  const tell = (): void => {
    timer = undefined;
    const time = clock.now();
    for (const { type, name, labels, value } of metrics.takeChanged()) {
      publish.telemetry({ kind: 'metric', time, plugin: entry.id, type, name, labels, value });
    }
    if (problem === undefined) return;
    const message = printable(`Not counted: ${problem}`);
    publish.log({ plugin: entry.id, time, level: 'warn', message, fields: { dropped } });
    dropped = 0;
    problem = undefined;
  };
  resources.defer(() => {
    clock.clearTimeout(timer);
    tell();
  });

  const record = (type: Measurement['type'], args: readonly unknown[]): HostReply => {
    const [name, value, labels] = readArguments(args);
    if (!access.check({ kind: 'metrics' }).allowed) {
      // One record says it: a plugin that counts in a loop would write nothing else into the audit.
      if (!wasDenied) access.decide({ kind: 'metrics' });
      wasDenied = true;
      return returned();
    }
    access.decide({ kind: 'metrics' });
    const printed = labels.map((label) => ({ name: label.name, value: printable(label.value) }));
    const recording = metrics.record({ type, name, value, labels: printed });
    if (recording.outcome === 'full' && !wasFull) {
      wasFull = true;
      const hit = { name: 'metric_series', reached: maxSeries + 1, allowed: maxSeries };
      publish.telemetry({ kind: 'limit', time: clock.now(), plugin: entry.id, hit });
    }
    if (recording.outcome !== 'recorded') {
      dropped += 1;
      problem ??=
        recording.outcome === 'invalid'
          ? recording.problem
          : `"${name}" would be one series more than ${maxSeries}; labels are for few values`;
    }
    timer ??= clock.setTimeout(tell, tellEveryMs);
    return returned();
  };
  return {
    increment: (args) => record('counter', args),
    gauge: (args) => record('gauge', args),
  };
}
