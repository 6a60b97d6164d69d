/**
 * One batch in one transaction of PostgreSQL. Its statements are sent without waiting for each other's answers: all other
 * writers wait for the lock meanwhile, and a way to the server and back takes longer than most statements do.
 */

import type pg from 'pg';
import type { Row, SqlValue, Statement } from '../database.ts';

/** A connection whose other end is gone without a word answers nothing, ever. */
export const ANSWER_MS = 10_000;
/** A change of the schema rewrites tables. */
const LONG_ANSWER_MS = 600_000;
/** So many are under way at a time: what comes after one that fails is sent for nothing. */
const WIDTH = 100;
/**
 * Of a writer that was stopped in the middle of a batch, or cut off: the server undoes it after this time, and the next
 * writer goes on, which waits for longer.
 */
const IDLE_WRITER_MS = 3_000;
const WAIT_FOR_LOCK_MS = 5_000;
/** Any number will do that no other user of this database takes. */
const WRITER_LOCK = 7_239_041_127;

export type Results = readonly (readonly Row[])[];

export type Done =
  { readonly kind: 'unmet' } | { readonly kind: 'committed'; readonly results: Results } | UnknownCommit;

/** The answer to the commit was lost. */
export interface UnknownCommit {
  readonly kind: 'in-doubt';
  readonly results: Results;
  readonly transaction: string;
  readonly error: unknown;
}

/** Rejects where nothing was changed, with the error of the first statement that failed. */
export async function transact(client: pg.PoolClient, statements: readonly Statement[]): Promise<Done> {
  const isLong = statements.some((statement) => statement.isLong === true);
  const pace = isLong ? { width: 1, limitMs: LONG_ANSWER_MS } : { width: WIDTH, limitMs: ANSWER_MS };
  const transaction = await begin(client, pace.limitMs);
  const results = await runAll(client, statements, pace);
  if (results === null) {
    await client.query('rollback');
    return { kind: 'unmet' };
  }
  // Only now: the server would commit whatever we think of the answers.
  try {
    const { command } = await client.query('commit');
    if (command === 'COMMIT') return { kind: 'committed', results };
    return { kind: 'in-doubt', results, transaction, error: new Error(`the commit came to ${command}`) };
  } catch (error) {
    return { kind: 'in-doubt', results, transaction, error };
  }
}

/**
 * Returns the transaction's id. By the isolation level each statement sees what was committed before it, the first one
 * what the writer before has committed: a server may have another default, by which it would see what was there before
 * the wait for the lock.
 */
async function begin(client: pg.PoolClient, limitMs: number): Promise<string> {
  const results: unknown = await client.query(`begin isolation level read committed read write;
    set local lock_timeout = ${WAIT_FOR_LOCK_MS};
    set local idle_in_transaction_session_timeout = ${IDLE_WRITER_MS};
    set local statement_timeout = ${limitMs};
    select pg_advisory_xact_lock(${WRITER_LOCK});
    select pg_current_xact_id()::text as id`);
  const last = (results as readonly pg.QueryResult<{ id: string }>[]).at(-1);
  if (last?.rows[0] === undefined) throw new Error('a transaction began without an id');
  return last.rows[0].id;
}

interface RetryOptions {
  readonly width: number;
  /** For one statement. */
  readonly limitMs: number;
}

/** null where an expectation was not met. */
async function runAll(
  client: pg.PoolClient,
  statements: readonly Statement[],
  { width, limitMs }: RetryOptions,
): Promise<Results | null> {
  const results: (readonly Row[])[] = [];
  for (let sent = 0; sent < statements.length; sent += width) {
    const together = statements.slice(sent, sent + width);
    const answers = together.map((statement) => run(client, statement, LONG_ANSWER_MS));
    // Behind the first that fails or is unmet, all are undone: whatever became of them, it is heard and means nothing.
    for (const answer of answers) answer.catch(() => undefined);
    for (const [index, answer] of answers.entries()) {
      const { rows, rowCount } = await inTime(client, answer, limitMs);
      const expected = together[index]?.expectRows;
      if (expected !== undefined && rowCount !== expected) return null;
      results.push(rows);
    }
  }
  return results;
}

/** Each has its time from when the one before was answered. A connection that is broken off rejects all that it owes. */
async function inTime<T>(client: pg.PoolClient, answer: Promise<T>, limitMs: number): Promise<T> {
  const timer = setTimeout(() => client.connection.stream.destroy(), limitMs);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}

/** Within `limitMs`, also of waiting for what was asked before. */
export async function run(client: pg.PoolClient, { sql, params }: Statement, limitMs: number) {
  const query = { text: withTypes(sql, params), values: params.map(toText), query_timeout: limitMs };
  const result = await client.query<Row>(query);
  return { rows: result.rows as readonly Row[], rowCount: result.rowCount ?? 0 };
}

/** The server would guess a parameter's type by where it stands first, and find none in `select $1` or `$1 + $2`. */
function withTypes(sql: string, params: readonly SqlValue[]): string {
  return sql.replace(/\$(\d+)/g, (placeholder, number: string) => {
    const value = params[Number(number) - 1];
    if (typeof value === 'number') return `${placeholder}::bigint`;
    return typeof value === 'string' ? `${placeholder}::text` : placeholder;
  });
}

/** A text of PostgreSQL holds no NUL, which a broken answer of a Console may: it would keep the rest from being recorded. */
function toText(value: SqlValue): string | null {
  return value === null ? null : String(value).replaceAll('\0', '\u{FFFD}');
}
