import { mkdir, open } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SignalboxError, toErrorRecord } from '../core/errors.ts';
import type { DatabaseAnswer, DatabaseRequest, Row, Statement } from './database-messages.ts';

/** The runtime's one database. It works in a thread of its own, so that a slow disk holds nobody up. */
export interface Database extends AsyncDisposable {
  /**
   * Runs statements in order in one transaction; resolved, they outlive this process.
   *
   * @returns the rows of each
   * @throws `STORE_FAILED` and nothing was changed; `details.reason` has SQLite's own words where it has any
   */
  transact(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
}

// Sources run unbuilt as .ts and built as .js; compilers do not rewrite URLs.
const workerEntry = new URL(`./database-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Opens a database, made when it is not there and brought to the newest schema.
 *
 * @param file absolute path, or `:memory:`
 * @throws `STORE_FAILED` when it cannot be opened, is damaged, or was written by a newer Signalbox
 */
export async function openDatabase(file: string): Promise<Database> {
  if (file !== ':memory:') await makePrivate(file);
  const worker = new Worker(workerEntry, { workerData: file, env: {}, execArgv: [] });
  worker.unref();
  const waiting = new Map<number, PromiseWithResolvers<readonly (readonly Row[])[]>>();
  let next = 1;
  let lost: SignalboxError | undefined;

  const ask = (request: DatabaseRequest): Promise<readonly (readonly Row[])[]> => {
    if (lost) return Promise.reject(lost);
    const answer = Promise.withResolvers<readonly (readonly Row[])[]>();
    waiting.set(request.number, answer);
    worker.ref();
    worker.postMessage(request);
    return answer.promise;
  };
  const settle = (answer: DatabaseAnswer): void => {
    const asked = waiting.get(answer.number);
    waiting.delete(answer.number);
    if (waiting.size === 0) worker.unref();
    if ('rows' in answer) asked?.resolve(answer.rows);
    else asked?.reject(storeFailure(file, answer.problem, answer.reason));
  };
  const fail = (problem: string): void => {
    lost ??= storeFailure(file, problem);
    for (const asked of waiting.values()) asked.reject(lost);
    waiting.clear();
  };
  worker.on('message', settle);
  worker.once('error', (error) => fail(toErrorRecord(error).message));
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      fail('it is closed');
      resolve();
    });
  });

  const database: Database = {
    transact(statements) {
      const number = next;
      next += 1;
      return ask({ number, statements });
    },
    async [Symbol.asyncDispose]() {
      // Behind what is under way; the worker ends when it has obeyed, and the process must not end before it.
      worker.ref();
      worker.postMessage('close');
      await gone;
    },
  };
  await database.transact([]);
  return database;
}

/** What plugins keep is nobody's business but the host's. SQLite gives the files it makes beside this one the same rights. */
async function makePrivate(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await (await open(file, 'a', 0o600)).close();
  } catch (cause) {
    throw storeFailure(file, toErrorRecord(cause).message);
  }
}

export function storeFailure(file: string, problem: string, reason?: string): SignalboxError {
  return new SignalboxError('STORE_FAILED', `The database "${file}" cannot be used: ${problem}`, {
    hint: 'Check the disk and the rights of the state folder',
    ...(reason !== undefined && { details: { reason } }),
  });
}
