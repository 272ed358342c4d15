import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from './database.ts';

/** The database of a state folder, opened at the first question: a host that never asks pays nothing. */
export interface LazyDatabase extends AsyncDisposable {
  /** @throws `STORE_FAILED`; the next question tries again */
  open(): Promise<Database>;
  /** Whether there is one already. */
  exists(): Promise<boolean>;
}

const fileName = 'signalbox.sqlite';

export function lazyDatabase(folder: string): LazyDatabase {
  const file = join(folder, fileName);
  let opened: Promise<Database> | undefined;
  return {
    open() {
      if (opened) return opened;
      const opening = openDatabase(file);
      opened = opening;
      opening.catch(() => {
        if (opened === opening) opened = undefined;
      });
      return opening;
    },
    exists: () =>
      stat(file).then(
        (found) => found.isFile(),
        () => false,
      ),
    async [Symbol.asyncDispose]() {
      const database = await opened?.catch(() => undefined);
      await database?.[Symbol.asyncDispose]();
    },
  };
}
