/** One number a plugin reports: a metric under one set of labels. */
export interface MetricSeries {
  readonly type: 'counter' | 'gauge';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  value: number;
  /** It changed since it was told. */
  isDirty: boolean;
}

export interface Measurement {
  readonly type: MetricSeries['type'];
  readonly name: string;
  readonly value: number;
  readonly labels: readonly { readonly name: string; readonly value: string }[];
}

/** Label values that come from data make series without end; an operator's database keeps each of them. */
export const maxSeries = 100;
export const maxLabels = 8;
export const maxNameChars = 128;
export const maxLabelValueBytes = 256;

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Prometheus keeps names with two underscores in front for itself. */
const labelName = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

export type Recording =
  | { readonly outcome: 'recorded' }
  | { readonly outcome: 'invalid'; readonly problem: string }
  /** It would have been one series more than `maxSeries`. */
  | { readonly outcome: 'full' };

/** The series of one plugin. They outlive its instances, so that a counter goes on counting after a reload. */
export class PluginMetrics {
  readonly #series = new Map<string, MetricSeries>();

  record(measurement: Measurement): Recording {
    const problem = problemOf(measurement);
    if (problem !== undefined) return { outcome: 'invalid', problem };
    const { type, name, value } = measurement;
    const labels = Object.fromEntries(
      measurement.labels.map((label) => [label.name, label.value] as const).sort(byName),
    );
    const key = JSON.stringify([name, labels]);
    const known = this.#series.get(key);
    if (!known && this.#series.size >= maxSeries) return { outcome: 'full' };
    const total = type === 'counter' ? (known?.value ?? 0) + value : value;
    const other = known ?? [...this.#series.values()].find((series) => series.name === name);
    if (other && other.type !== type) {
      return { outcome: 'invalid', problem: `Metric "${name}" is a ${other.type}, not a ${type}` };
    }
    if (!Number.isFinite(total))
      return { outcome: 'invalid', problem: `Metric "${name}" outgrows its number` };
    this.#series.set(key, { type, name, labels, value: total, isDirty: true });
    return { outcome: 'recorded' };
  }

  /** What changed since the last time, each once. */
  takeChanged(): readonly MetricSeries[] {
    const changed = [...this.#series.values()].filter(({ isDirty }) => isDirty);
    for (const series of changed) series.isDirty = false;
    return changed;
  }
}

function problemOf({ type, name, value, labels }: Measurement): string | undefined {
  if (!metricName.test(name) || name.length > maxNameChars) {
    return `${shown(name)} is no name of a metric: write up to ${maxNameChars} letters, digits, "_" and ":"`;
  }
  if (!Number.isFinite(value)) return `Metric "${name}" was given ${value}, which is no finite number`;
  if (type === 'counter' && value < 0) return `Counter "${name}" was given ${value}; it only grows`;
  if (labels.length > maxLabels) return `Metric "${name}" has ${labels.length} labels; at most ${maxLabels}`;
  const bad = labels.find((label) => !labelName.test(label.name) || label.name.length > maxNameChars);
  if (bad) return `${shown(bad.name)} is no name of a label of "${name}"`;
  if (new Set(labels.map((label) => label.name)).size < labels.length)
    return `Metric "${name}" has a label twice`;
  const long = labels.find((label) => Buffer.byteLength(label.value) > maxLabelValueBytes);
  if (long) return `Label "${long.name}" of "${name}" is longer than ${maxLabelValueBytes} bytes`;
  return undefined;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, maxNameChars));
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
