/**
 * All that the store needs of a database. One SQL text for both: `$1` placeholders, times as epoch ms, no clock in SQL.
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

/** By the tag `sql` of sql.ts. */
export interface TaggedStatement extends StatementOptions {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** With `$1` counted by hand: to be replaced by tagged ones. */
interface NumberedStatement extends StatementOptions {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export type Statement = TaggedStatement | NumberedStatement;

export function toTagged(statement: Statement | string, params: readonly SqlValue[] = []): TaggedStatement {
  if (typeof statement === 'string') return { text: statement, values: params };
  if ('text' in statement) return statement;
  const { sql, params: values, ...options } = statement;
  return { text: sql, values, ...options };
}

export interface Database {
  query(statement: Statement | string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** All or nothing. Rows of each statement, or null where an expectation failed and nothing changed. */
  batch(statements: readonly Statement[]): Promise<readonly (readonly Row[])[] | null>;
  close(): Promise<void>;
}
