import type { PluginId } from '../src/core/ids.ts';

/** One decision about a permission. */
export interface AuditRecord {
  readonly time: number;
  readonly plugin: PluginId;
  readonly decision: 'granted' | 'withheld' | 'used' | 'denied';
  /** `fs:read:waves/a.vcd` */
  readonly permission: string;
  /** Of a request: `GET`. */
  readonly method?: string;
  /** The grant that allowed it, or the rule that did not. */
  readonly rule: string;
  /** Further uses of the same grant since the record before, counted and not told one by one. */
  readonly repeats?: number;
}
