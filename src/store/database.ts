/**
 * All that the store needs of a database. One SQL text serves every one of them: `$1` placeholders, times as epoch ms,
 * no clock in SQL. A transaction is a batch computed beforehand, because a connection that awaits inside a transaction
 * lets another task's statement slip in.
 */

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** The batch is undone unless the statement returns or changes exactly this many rows. */
  readonly expectRows?: number;
  /** It may take minutes: a change of the schema rewrites tables. */
  readonly isLong?: boolean;
}

export interface Database {
  query(sql: string, params: readonly SqlValue[]): Promise<readonly Row[]>;
  /** All or nothing. The rows of each statement, or null where an expectation failed and nothing was changed. */
  batch(statements: readonly Statement[]): Promise<readonly (readonly Row[])[] | null>;
  close(): Promise<void>;
}
