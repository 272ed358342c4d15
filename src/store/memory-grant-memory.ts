import type { PluginId } from '../core/ids.ts';
import { type Lease, type LeaseUse, leaseKey, unused } from '../permissions/leases.ts';
import type { GrantMemory } from '../ports/grant-memory.ts';

/** Remembers as long as the process lives: for configs that lie in no file, and what a stored memory keeps at hand. */
export class MemoryGrantMemory implements GrantMemory {
  readonly problem: string | undefined = undefined;
  readonly #approved = new Map<PluginId, readonly string[]>();
  readonly #uses = new Map<PluginId, Map<string, LeaseUse>>();

  async recall(plugin: PluginId) {
    return { approved: this.#approved.get(plugin), leaseUse: new Map(this.#uses.get(plugin)) };
  }

  async approve(plugin: PluginId, _version: string, wants: readonly string[]): Promise<void> {
    this.#approved.set(plugin, [...wants]);
  }

  useOf(plugin: PluginId, lease: Lease): LeaseUse {
    return this.#uses.get(plugin)?.get(leaseKey(lease)) ?? unused;
  }

  spend(plugin: PluginId, lease: Lease, { calls, bytes }: LeaseUse): void {
    const before = this.useOf(plugin, lease);
    this.#usesOf(plugin).set(leaseKey(lease), { calls: before.calls + calls, bytes: before.bytes + bytes });
  }

  /** Puts in what is known from elsewhere. */
  restore(
    plugin: PluginId,
    approved: readonly string[] | undefined,
    uses: Iterable<[string, LeaseUse]>,
  ): void {
    if (approved) this.#approved.set(plugin, approved);
    for (const [key, use] of uses) this.#usesOf(plugin).set(key, use);
  }

  #usesOf(plugin: PluginId): Map<string, LeaseUse> {
    const uses = this.#uses.get(plugin) ?? new Map<string, LeaseUse>();
    this.#uses.set(plugin, uses);
    return uses;
  }
}
