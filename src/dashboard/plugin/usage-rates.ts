import type { UsageReport, UsageSecond } from '../../wire/usage.ts';

/** One line of a plot: a value for each time, null where there is none. */
export interface Plot {
  readonly title: string;
  /** In order: what is drawn in it. */
  readonly lines: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
}

export interface UsagePlots {
  /** Seconds since 1970-01-01 UTC, one for each second. */
  readonly times: readonly number[];
  readonly calls: Plot;
  readonly latency: Plot;
  readonly fuel: Plot;
  readonly memory: Plot;
}

const secondMs = 1_000;

/** Spreads the seconds in which something happened over all of them: rates fall to zero, what was measured last stays. */
export function usagePlots({ now, from, seconds }: UsageReport): UsagePlots {
  const first = Math.floor(from / secondMs);
  // The second that is going on would always look like less.
  const last = Math.max(first, Math.floor(now / secondMs) - 1);
  const known = new Map(seconds.map((second) => [Math.floor(second.time / secondMs), second]));
  const times = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const rate = (read: (second: UsageSecond) => number) =>
    times.map((time) => {
      const second = known.get(time);
      return second ? read(second) : 0;
    });
  const measure = (read: (second: UsageSecond) => number | undefined) =>
    times.map((time) => {
      const second = known.get(time);
      return (second && read(second)) ?? null;
    });
  return {
    times,
    calls: {
      title: 'Calls per second',
      lines: [
        { label: 'calls', values: rate(({ calls }) => calls) },
        { label: 'failed', values: rate(({ failed, rejected }) => failed + rejected) },
      ],
    },
    latency: {
      title: 'Latency of a call',
      lines: [
        { label: 'mean', values: measure(({ meanMs }) => meanMs) },
        { label: 'slowest', values: measure(({ maxMs }) => maxMs) },
      ],
    },
    fuel: { title: 'Fuel per second', lines: [{ label: 'fuel', values: rate(({ fuel }) => fuel) }] },
    memory: {
      title: 'Memory',
      lines: [{ label: 'memory', values: held(measure(({ memoryBytes }) => memoryBytes)) }],
    },
  };
}

/** Memory does not go away between two calls. */
function held(values: readonly (number | null)[]): readonly (number | null)[] {
  let last: number | null = null;
  return values.map((value) => {
    last = value ?? last;
    return last;
  });
}

/** How often something counted up between two readings of a total, per second; undefined when it began anew. */
export function rateBetween(
  before: { readonly time: number; readonly total: number } | undefined,
  after: { readonly time: number; readonly total: number },
): number | undefined {
  if (!before || after.time <= before.time || after.total < before.total) return undefined;
  return ((after.total - before.total) * secondMs) / (after.time - before.time);
}
