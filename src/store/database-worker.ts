import { constants, DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseAnswer, DatabaseRequest, Row, Statement } from './database-messages.ts';
import { migrations } from './database-schema.ts';

/** The thread of src/store/database.ts: one connection, one transaction at a time. */
const port = parentPort;
const database = open(String(workerData));
const prepared = new Map<string, StatementSync>();

port?.on('message', (request: DatabaseRequest | 'close') => {
  if (request === 'close') {
    database.close();
    port.close();
    return;
  }
  port.postMessage(answer(request));
});

function answer({ number, statements }: DatabaseRequest): DatabaseAnswer {
  try {
    return { number, rows: statements.length === 0 ? [] : transact(statements) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const reason = error instanceof Error && 'errstr' in error ? String(error.errstr) : undefined;
    return { number, problem, ...(reason !== undefined && { reason }) };
  }
}

function transact(statements: readonly Statement[]): readonly (readonly Row[])[] {
  database.exec('begin immediate');
  try {
    const rows = statements.map(({ sql, parameters = [] }) => statementOf(sql).all(...parameters) as Row[]);
    database.exec('commit');
    return rows;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

function statementOf(sql: string): StatementSync {
  let statement = prepared.get(sql);
  if (!statement) {
    statement = database.prepare(sql);
    statement.setReadBigInts(true);
    prepared.set(sql, statement);
  }
  return statement;
}

function open(file: string): DatabaseSync {
  const opened = new DatabaseSync(file, { timeout: 5_000, allowExtension: false });
  // WAL with `normal`: a commit outlives the death of the process; only a power cut may take the last ones.
  opened.exec(
    'pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on; pragma trusted_schema = off',
  );
  migrate(opened);
  opened.setAuthorizer((action) =>
    action === constants.SQLITE_ATTACH || action === constants.SQLITE_DETACH
      ? constants.SQLITE_DENY
      : constants.SQLITE_OK,
  );
  return opened;
}

function migrate(opened: DatabaseSync): void {
  opened.exec('begin immediate');
  const version = Number(opened.prepare('pragma user_version').get()?.['user_version']);
  if (version > migrations.length)
    throw new Error(`it has schema ${version}, this release knows ${migrations.length}`);
  for (const step of migrations.slice(version)) opened.exec(step);
  opened.exec(`pragma user_version = ${migrations.length}; commit`);
}
