import type { PluginId } from '../core/ids.ts';
import type { Lease, LeaseUse } from '../permissions/leases.ts';

/** What was approved of one plugin, and used of its leases, up to now. */
export interface RememberedGrants {
  /** Wants of the manifests that were approved; undefined when the plugin was never loaded. */
  readonly approved: readonly string[] | undefined;
  /** By `leaseKey`; leases of which nothing was used may be absent. */
  readonly leaseUse: ReadonlyMap<string, LeaseUse>;
}

/** What has to be known of grants from one run to the next. */
export interface GrantMemory {
  /** @throws `STORE_FAILED` */
  recall(plugin: PluginId): Promise<RememberedGrants>;
  /** Replaces what is approved; resolved, it outlives this process. @throws `STORE_FAILED` */
  approve(plugin: PluginId, version: string, wants: readonly string[], now: number): Promise<void>;
  /** What was used of a lease, as of now. Known once the plugin was recalled. */
  useOf(plugin: PluginId, lease: Lease): LeaseUse;
  /** Counts a use at once and writes it soon after: a process that is killed forgets the uses of its last milliseconds. */
  spend(plugin: PluginId, lease: Lease, use: LeaseUse): void;
  /** Why uses are not being written; undefined while they are. Leases with a budget give nothing meanwhile: one that is forgotten is none. */
  readonly problem: string | undefined;
}
