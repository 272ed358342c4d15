import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase, storeFailure } from './database.ts';

/** The database of a state folder. */
export function databaseFile(stateFolder: string): string {
  return join(stateFolder, 'signalbox.sqlite');
}

export interface LazyDatabase extends Database {
  /** Whether there is one already. */
  exists(): Promise<boolean>;
}

/**
 * A database that is opened by the first who needs it, so that a host without such plugins has neither file nor thread. An opening that
 * failed is tried again by the next.
 *
 * @param file absolute path, or `:memory:`
 */
export function lazyDatabase(file: string): LazyDatabase {
  let opening: Promise<Database> | undefined;
  let isClosed = false;
  const opened = (): Promise<Database> => {
    opening ??= openDatabase(file).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    async transact(statements) {
      if (isClosed) throw storeFailure(file, 'it is closed');
      return await (await opened()).transact(statements);
    },
    exists: async () =>
      opening !== undefined ||
      stat(file).then(
        (found) => found.isFile(),
        () => false,
      ),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      // One that cannot be opened has told those who wanted it.
      const database = await opening?.catch(() => undefined);
      await database?.[Symbol.asyncDispose]();
    },
  };
}
