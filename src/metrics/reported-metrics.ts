import { Counter, Gauge, type Registry } from 'prom-client';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import type { PluginId } from '../core/ids.ts';

type Reported = TelemetryEvent & { readonly kind: 'metric' };

/** Different names with different labels; more are counted and not kept. */
const maxSeriesPerPlugin = 100;
const maxNameChars = 128;
const maxLabelsChars = 512;

const families = {
  counter: ['signalbox_plugin_reported_total', 'Totals plugins report themselves'],
  gauge: ['signalbox_plugin_reported', 'Values plugins report themselves'],
} as const;

interface Labels extends Record<string, string> {
  readonly plugin: string;
  readonly name: string;
  /** `method=GET,status=200`, sorted: labels of a plugin's own choice must not meet those of others. */
  readonly labels: string;
}

interface Series {
  readonly type: Reported['type'];
  readonly labels: Labels;
}

/** What plugins report by themselves, with the plugin's choice of names as a label value and never as a name. */
export class ReportedMetrics {
  readonly #families: Readonly<Record<Reported['type'], Gauge>>;
  readonly #dropped: Counter;
  readonly #series = new Map<PluginId, Map<string, Series>>();

  constructor(registry: Registry) {
    const family = ([name, help]: readonly [string, string]) =>
      new Gauge({ name, help, labelNames: ['plugin', 'name', 'labels'], registers: [registry] });
    this.#families = { counter: family(families.counter), gauge: family(families.gauge) };
    this.#dropped = new Counter({
      name: 'signalbox_plugin_reports_dropped_total',
      help: `Reports not kept: more than ${maxSeriesPerPlugin} series, or names too long`,
      labelNames: ['plugin'],
      registers: [registry],
    });
  }

  report({ plugin, type, name, labels, value }: Reported): void {
    const text = Object.entries(labels)
      .map(([key, of]) => `${key}=${of}`)
      .sort()
      .join(',');
    const key = JSON.stringify([type, name, text]);
    const own = this.#series.get(plugin) ?? new Map<string, Series>();
    this.#series.set(plugin, own);
    const isNew = !own.has(key);
    const isTooLong = name.length > maxNameChars || text.length > maxLabelsChars;
    if (isNew && (own.size >= maxSeriesPerPlugin || isTooLong)) {
      this.#dropped.inc({ plugin });
      return;
    }
    const series: Series = own.get(key) ?? { type, labels: { plugin, name, labels: text } };
    own.set(key, series);
    this.#families[type].set(series.labels, value);
  }

  forget(plugin: PluginId): void {
    for (const { type, labels } of this.#series.get(plugin)?.values() ?? []) {
      this.#families[type].remove(labels);
    }
    this.#series.delete(plugin);
    this.#dropped.remove({ plugin });
  }
}
