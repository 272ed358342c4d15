/** What SQLite stores, as it comes and goes. Integers come back as bigint. */
export type SqlValue = null | number | bigint | string | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Statement {
  /** One statement with `?` or `?1` for its parameters; the text is prepared once and kept. */
  readonly sql: string;
  readonly parameters?: readonly SqlValue[];
}

/** To the thread, beside `close`. No statements: whether it is open. */
export interface DatabaseRequest {
  readonly number: number;
  readonly statements: readonly Statement[];
}

export type DatabaseAnswer =
  | { readonly number: number; readonly rows: readonly (readonly Row[])[] }
  | {
      readonly number: number;
      readonly problem: string;
      /** What SQLite calls it: `database or disk is full`. */
      readonly reason?: string;
    };
