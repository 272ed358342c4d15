import type { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import type { Runtime } from '../options.ts';
import type { RecordLog } from './record-log.ts';
import type { UsageSeries } from './usage-series.ts';

/** What the handlers of routes work on. */
export interface AdminService {
  readonly runtime: Runtime;
  readonly records: RecordLog;
  readonly metrics: RuntimeMetrics;
  readonly usage: UsageSeries;
  /** Of this package. */
  readonly version: string;
  readonly startedAt: number;
  /** The document this API describes itself with. */
  readonly openApi: object;
}
