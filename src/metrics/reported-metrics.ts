import { Counter, Gauge, type Registry } from 'prom-client';
import type { TelemetryEvent } from '../../relays/telemetry.ts';
import type { PluginId } from '../core/ids.ts';

type Reported = TelemetryEvent & { readonly kind: 'metric' };

/** Different names with different labels; more are counted and not kept. */
const maxSeriesPerPlugin = 100;
const maxNameChars = 128;
const maxLabelsChars = 512;

interface Labels extends Record<string, string> {
  readonly plugin: string;
  readonly name: string;
  /** `method=GET,status=200`, sorted: labels of a plugin's own choice must not meet those of others. */
  readonly labels: string;
}

interface Series {
  readonly type: Reported['type'];
  readonly labels: Labels;
  /** The total of a counter as it was told last. */
  told: number;
}

/** What plugins report by themselves, with the plugin's choice of names as a label value and never as a name. */
export class ReportedMetrics {
  readonly #counter: Counter;
  readonly #gauge: Gauge;
  readonly #dropped: Counter;
  readonly #series = new Map<PluginId, Map<string, Series>>();

  constructor(registry: Registry) {
    const options = { labelNames: ['plugin', 'name', 'labels'], registers: [registry] };
    this.#counter = new Counter({
      name: 'signalbox_plugin_reported_total',
      help: 'Totals plugins report themselves',
      ...options,
    });
    this.#gauge = new Gauge({
      name: 'signalbox_plugin_reported_value',
      help: 'Values plugins report themselves',
      ...options,
    });
    this.#dropped = new Counter({
      name: 'signalbox_plugin_reports_dropped_total',
      help: `Reports not kept: more than ${maxSeriesPerPlugin} series, names too long, or no number one could keep`,
      labelNames: ['plugin'],
      registers: [registry],
    });
  }

  report(reported: Reported): void {
    const { plugin, type, value } = reported;
    const series = isKeepable(reported) ? this.#seriesOf(reported) : undefined;
    if (!series) this.#dropped.inc({ plugin });
    else if (type === 'gauge') this.#gauge.set(series.labels, value);
    else {
      // A total that fell began anew with the instance that reports it.
      this.#counter.inc(series.labels, value >= series.told ? value - series.told : value);
      series.told = value;
    }
  }

  /** Undefined when the plugin has as many as it may. */
  #seriesOf({ plugin, type, name, labels }: Reported): Series | undefined {
    const text = labelsText(labels);
    const key = JSON.stringify([type, name, text]);
    const own = this.#series.get(plugin) ?? new Map<string, Series>();
    this.#series.set(plugin, own);
    const known = own.get(key);
    if (known || own.size >= maxSeriesPerPlugin) return known;
    const series: Series = { type, labels: { plugin, name, labels: text }, told: 0 };
    own.set(key, series);
    return series;
  }

  forget(plugin: PluginId): void {
    for (const { type, labels } of this.#series.get(plugin)?.values() ?? []) {
      (type === 'gauge' ? this.#gauge : this.#counter).remove(labels);
    }
    this.#series.delete(plugin);
    this.#dropped.remove({ plugin });
  }
}

/** A guest chose all of this. */
function isKeepable({ type, name, labels, value }: Reported): boolean {
  return (
    name.length <= maxNameChars &&
    labelsText(labels).length <= maxLabelsChars &&
    Number.isFinite(value) &&
    (type === 'gauge' || value >= 0)
  );
}

function labelsText(labels: Reported['labels']): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}
