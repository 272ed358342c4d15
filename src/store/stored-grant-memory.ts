import { toErrorRecord } from '../core/errors.ts';
import type { PluginId } from '../core/ids.ts';
import { type Lease, type LeaseUse, leaseKey } from '../permissions/leases.ts';
import type { GrantMemory, RememberedGrants } from '../ports/grant-memory.ts';
import type { Database } from './database.ts';
import type { Row, Statement } from './database-messages.ts';
import { MemoryGrantMemory } from './memory-grant-memory.ts';

/** The row that says a plugin was seen at all: one may ask for nothing. No permission is empty. */
const seen = '';

const selectApproved = 'select permission from approved_wants where plugin = ?';
const selectUses = 'select lease, calls, bytes from lease_usage where plugin = ?';
const forget = 'delete from approved_wants where plugin = ?';
const approveOne =
  'insert into approved_wants (plugin, permission, version, approved_at) values (?, ?, ?, ?)';
const addUse = `insert into lease_usage (plugin, lease, calls, bytes) values (?, ?, ?, ?)
  on conflict (plugin, lease) do update set calls = calls + excluded.calls, bytes = bytes + excluded.bytes`;

/** Remembers in the runtime's database. Uses are added up in memory and written by one transaction after the other. */
export class StoredGrantMemory implements GrantMemory, AsyncDisposable {
  readonly #database: Database;
  readonly #memory = new MemoryGrantMemory();
  readonly #recalled = new Map<PluginId, Promise<void>>();
  /** By plugin and lease. */
  #unwritten = new Map<
    string,
    { readonly plugin: PluginId; readonly lease: Lease; readonly use: LeaseUse }
  >();
  #writing: Promise<void> | undefined;
  #problem: string | undefined;

  /** @param database stays the caller's */
  constructor(database: Database) {
    this.#database = database;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async recall(plugin: PluginId): Promise<RememberedGrants> {
    let recalled = this.#recalled.get(plugin);
    if (!recalled) {
      recalled = this.#read(plugin);
      this.#recalled.set(plugin, recalled);
      recalled.catch(() => this.#recalled.delete(plugin));
    }
    await recalled;
    if (this.#problem !== undefined) await this.#write();
    return this.#memory.recall(plugin);
  }

  async approve(plugin: PluginId, version: string, wants: readonly string[], now: number): Promise<void> {
    const rows = [seen, ...wants].map((want) => ({
      sql: approveOne,
      parameters: [plugin, want, version, now],
    }));
    await this.#database.transact([{ sql: forget, parameters: [plugin] }, ...rows]);
    await this.#memory.approve(plugin, version, wants);
  }

  useOf(plugin: PluginId, lease: Lease): LeaseUse {
    return this.#memory.useOf(plugin, lease);
  }

  spend(plugin: PluginId, lease: Lease, use: LeaseUse): void {
    this.#memory.spend(plugin, lease, use);
    const key = `${plugin} ${leaseKey(lease)}`;
    const before = this.#unwritten.get(key)?.use;
    this.#unwritten.set(key, { plugin, lease, use: before ? sum(before, use) : use });
    this.#writeSoon();
  }

  /** Writes what is unwritten. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    if (this.#unwritten.size > 0) await this.#write();
  }

  #writeSoon(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      if (this.#unwritten.size > 0 && this.#problem === undefined) this.#writeSoon();
    });
  }

  async #read(plugin: PluginId): Promise<void> {
    const [approved = [], uses = []] = await this.#database.transact([
      { sql: selectApproved, parameters: [plugin] },
      { sql: selectUses, parameters: [plugin] },
    ]);
    const wants = approved.map(({ permission }) => String(permission));
    this.#memory.restore(
      plugin,
      wants.length > 0 ? wants.filter((want) => want !== seen) : undefined,
      uses.map((row) => [String(row['lease']), useIn(row)]),
    );
  }

  /** What comes meanwhile is written next; what could not be written is tried again when the plugin is loaded anew. */
  async #write(): Promise<void> {
    while (this.#unwritten.size > 0) {
      const batch = this.#unwritten;
      this.#unwritten = new Map();
      const statements = [...batch.values()].map(
        ({ plugin, lease, use }): Statement => ({
          sql: addUse,
          parameters: [plugin, leaseKey(lease), use.calls, use.bytes],
        }),
      );
      try {
        await this.#database.transact(statements);
        this.#problem = undefined;
      } catch (error) {
        this.#problem = toErrorRecord(error).message;
        for (const [key, entry] of batch) {
          const later = this.#unwritten.get(key);
          this.#unwritten.set(key, later ? { ...entry, use: sum(entry.use, later.use) } : entry);
        }
        return;
      }
    }
  }
}

function useIn({ calls, bytes }: Row): LeaseUse {
  return { calls: Number(calls), bytes: Number(bytes) };
}

function sum(a: LeaseUse, b: LeaseUse): LeaseUse {
  return { calls: a.calls + b.calls, bytes: a.bytes + b.bytes };
}
