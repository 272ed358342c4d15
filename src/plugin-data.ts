import type { Observable } from 'rxjs';
import type { ConfigReplay } from '../relays/config-replay.ts';
import type { Publishers } from '../relays/relays.ts';
import type { ConfigDocument } from './config/document.ts';
import type { Clock } from './core/clock.ts';
import { SignalboxError } from './core/errors.ts';
import type { Database } from './store/database.ts';
import type { LazyDatabase } from './store/lazy-database.ts';
import { createStorageOccupants, type Occupant } from './store/storage-occupants.ts';

interface PluginDataInput {
  readonly database: LazyDatabase;
  readonly config$: Observable<ConfigReplay>;
  readonly clock: Clock;
  readonly log: Publishers['pluginLog'];
}

/**
 * The database as what plugins keep is reached: behind the note of who is in the config. So nobody finds what another plugin left under its
 * id, and while that cannot be noted nobody finds anything.
 */
export function pluginData({ database, config$, clock, log }: PluginDataInput): Database {
  const occupants = createStorageOccupants(database);
  /** Documents that were not noted, in order. */
  let unnoted: ConfigDocument[] = [];
  let noting: Promise<void> = Promise.resolve();

  const noteAll = async (): Promise<void> => {
    for (let [next] = unnoted; next; [next] = unnoted) {
      const setAside = await occupants.note(next.file, occupantsOf(next), clock.now());
      if (!setAside) {
        unnoted = unnoted.slice(-1);
        return;
      }
      unnoted.shift();
      for (const { plugin, keptAs } of setAside) {
        const message = `What an earlier plugin of this id kept is set aside as "${keptAs}"; this one starts with nothing`;
        log({ plugin, time: clock.now(), level: 'warn', message, fields: { keptAs } });
      }
    }
  };
  const noted = (): Promise<void> => {
    noting = noting.catch(() => {}).then(noteAll);
    return noting;
  };
  config$.subscribe((replay) => {
    if (replay.phase !== 'known' || replay.problem) return;
    unnoted.push(replay.document);
    noted().catch((error: unknown) => {
      // The next who asks for data tries again, and is told.
      if (!(error instanceof SignalboxError)) throw error;
    });
  });
  return {
    async transact(statements) {
      await noted();
      return database.transact(statements);
    },
    // What was stored first after the last document was noted is somebody's, too.
    [Symbol.asyncDispose]: () => noted().catch(() => {}),
  };
}

function occupantsOf({ entries, rejected }: ConfigDocument): readonly Occupant[] {
  return [
    ...entries.map(({ id, artifactPath }) => ({ plugin: id, artifact: artifactPath })),
    ...rejected.map(({ id }) => ({ plugin: id })),
  ];
}
