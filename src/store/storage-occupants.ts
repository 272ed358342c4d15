import { type PluginId, parsePluginId } from '../core/ids.ts';
import type { Statement } from './database-messages.ts';
import type { LazyDatabase } from './lazy-database.ts';

/** An entry as it stands in the config. */
export interface Occupant {
  readonly plugin: PluginId;
  /** As it is written; absent for an entry that cannot be read. */
  readonly artifact?: string;
}

/** Data of a plugin that is gone, out of the way of the one that has its id now. */
export interface SetAside {
  readonly plugin: PluginId;
  /** What it lies under: no plugin can have such an id. */
  readonly keptAs: string;
}

/** Whose the data under an id is. */
export interface StorageOccupants {
  /**
   * Takes note of who is in the config. Who was there and is not now, is gone. Where an id comes back with another artifact, what
   * was kept under it is set aside. Resolved, it outlives this process.
   *
   * @param config whose entries these are: state folders may be shared
   * @returns undefined while there is no database, so nothing that anybody kept
   * @throws `STORE_FAILED`, and then nothing was noted
   */
  note(config: string, occupants: readonly Occupant[], now: number): Promise<readonly SetAside[] | undefined>;
}

export function createStorageOccupants(database: LazyDatabase): StorageOccupants {
  return {
    async note(config, occupants, now) {
      if (!(await database.exists())) return undefined;
      const present = JSON.stringify(occupants);
      const moved = [config, present, `~${now}`];
      const [found = []] = await database.transact([
        { sql: `select plugin, plugin || ?3 as kept_as from (${strangers})`, parameters: moved },
        // The count goes last: it says who has something to move.
        ...['storage_items', 'storage_elements', 'storage_usage'].map(
          (table): Statement => ({
            sql: `update ${table} set plugin = plugin || ?3 where plugin in (${strangers})`,
            parameters: moved,
          }),
        ),
        { sql: leave, parameters: [config, present] },
        { sql: arrive, parameters: [config, present] },
      ]);
      return found.map(({ plugin, kept_as }) => ({
        plugin: parsePluginId(String(plugin)),
        keptAs: String(kept_as),
      }));
    },
  };
}

const presentIds = `select value ->> 'plugin' from json_each(?2)`;

/** Ids that came back as something else, and under which something is kept. */
const strangers = `select plugin from storage_occupants
  join json_each(?2) as entry on entry.value ->> 'plugin' = plugin
  join storage_usage using (plugin)
  where config = ?1 and is_gone and bytes > 0
    and entry.value ->> 'artifact' is not null and entry.value ->> 'artifact' is not artifact`;

/** Who stored something and was never noted left before anybody looked. */
const leave = `insert into storage_occupants
  select plugin, ?1, null, 1 from storage_usage
    where plugin not in (${presentIds}) and instr(plugin, '~') = 0
  on conflict (plugin) do update set is_gone = 1 where config = excluded.config`;

const arrive = `insert into storage_occupants
  select value ->> 'plugin', ?1, value ->> 'artifact', 0 from json_each(?2)
    where value ->> 'artifact' is not null
  on conflict (plugin) do update set config = excluded.config, artifact = excluded.artifact, is_gone = 0`;
