/**
 * All that the store needs of a database. One SQL text for both: `$1` placeholders, times as epoch ms, no clock in SQL.
 * A transaction is a batch computed beforehand: while a connection awaits inside a transaction, another task's
 * statement could slip in.
 */

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** The batch is rolled back unless the statement returns or changes exactly this many rows. */
  readonly expectRows?: number;
  /**
   * A power cut may undo it, if all of its batch are such: the Console can be asked again. A later commit of anything
   * else keeps it, and so does a process that is merely killed.
   */
  readonly mayBeLost?: boolean;
  /** May take minutes: a schema change rewrites tables. */
  readonly isLong?: boolean;
}

export interface Database {
  query(sql: string, params: readonly SqlValue[]): Promise<readonly Row[]>;
  /** All or nothing. Rows of each statement, or null where an expectation failed and nothing changed. */
  batch(statements: readonly Statement[]): Promise<readonly (readonly Row[])[] | null>;
  close(): Promise<void>;
}
