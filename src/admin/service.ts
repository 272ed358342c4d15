import type { PluginStatus } from '../../relays/plugin-status.ts';
import type { RuntimeMetrics } from '../metrics/runtime-metrics.ts';
import type { Runtime } from '../options.ts';
import type { RecordLog } from './record-log.ts';
import type { UsageSeries } from './usage-series.ts';

/** A grant that ends: at a time, after calls, or after bytes. */
export interface GrantLease {
  readonly expiresAt?: number;
  readonly calls?: number;
  readonly bytes?: number;
}

/** What the permission routes drive. They are served when the host gives one. */
export interface PermissionCommands {
  /** What each plugin wants, was granted and lacks. */
  list(): readonly unknown[] | Promise<readonly unknown[]>;
  /** Those that wait for somebody's approval. */
  pending(): readonly unknown[] | Promise<readonly unknown[]>;
  grant(id: string, permissions: readonly string[], lease?: GrantLease): Promise<PluginStatus>;
  revoke(id: string, permissions: readonly string[]): Promise<PluginStatus>;
  /** Accepts what an upgrade asks for. */
  approve(id: string): Promise<PluginStatus>;
}

/** What the handlers of routes work on. */
export interface AdminService {
  readonly runtime: Runtime;
  readonly records: RecordLog;
  readonly metrics: RuntimeMetrics;
  readonly usage: UsageSeries;
  readonly permissions: PermissionCommands | undefined;
  /** Of this package. */
  readonly version: string;
  readonly startedAt: number;
  /** The document this API describes itself with. */
  readonly openApi: object;
}
