/**
 * All that the store needs of a database. One SQL text for both: times as epoch ms, no clock in SQL.
 * A transaction is a batch computed beforehand: while a connection awaits inside a transaction, another task's
 * statement could slip in.
 */

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

export interface StatementOptions {
  /** The batch is rolled back unless the statement returns or changes exactly this many rows. */
  readonly expectRows?: number;
  /**
   * A power cut may undo it, if that holds for all of its batch: the Console can be polled again. Any later commit
   * without this flag keeps it, and a crash of the process alone does not undo it.
   */
  readonly mayBeLost?: boolean;
  /** May take minutes: a schema change rewrites tables. */
  readonly isLong?: boolean;
}

/** Made by the tag `sql` of sql.ts: `$1` is its first value, and each occurs once. */
export interface Statement extends StatementOptions {
  readonly text: string;
  readonly values: readonly SqlValue[];
}
export interface Database {
  query(statement: Statement): Promise<readonly Row[]>;
  /** All or nothing. Rows of each statement, or null where an expectation failed and nothing changed. */
  batch(statements: readonly Statement[]): Promise<readonly (readonly Row[])[] | null>;
  close(): Promise<void>;
}
