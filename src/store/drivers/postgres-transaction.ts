/**
 * One batch in one PostgreSQL transaction. Statements are pipelined: all other writers wait for the lock meanwhile, and
 * a round trip takes longer than most statements.
 */

import type pg from 'pg';
import type { Row, SqlValue, Statement } from '../database.ts';

/** A connection whose peer disappeared never responds. */
export const RESPONSE_MS = 10_000;
/** A schema change rewrites tables. */
const LONG_RESPONSE_MS = 600_000;
/** Statements in flight: those after a failed one are sent for nothing. */
const WIDTH = 100;
/** The server rolls back a writer that was suspended or cut off after this time; the next writer waits for longer. */
const IDLE_WRITER_MS = 3_000;
const WAIT_FOR_LOCK_MS = 5_000;
/** Any number that no other user of this database locks. */
const WRITER_LOCK = 7_239_041_127;

export type Results = readonly (readonly Row[])[];

export type Done =
  { readonly kind: 'unmet' } | { readonly kind: 'committed'; readonly results: Results } | UnknownCommit;

/** The response to the commit was lost. */
export interface UnknownCommit {
  readonly kind: 'in-doubt';
  readonly results: Results;
  readonly transaction: string;
  readonly error: unknown;
}

/** Rejects where nothing was changed, with the error of the first failed statement. */
export async function transact(client: pg.PoolClient, statements: readonly Statement[]): Promise<Done> {
  const isLong = statements.some((statement) => statement.isLong === true);
  const pace = isLong ? { width: 1, limitMs: LONG_RESPONSE_MS } : { width: WIDTH, limitMs: RESPONSE_MS };
  const transaction = await begin(client, pace.limitMs);
  const results = await runAll(client, statements, pace);
  if (results === null) {
    await client.query('rollback');
    return { kind: 'unmet' };
  }
  // Not earlier: the server would commit despite unmet expectations.
  try {
    const { command } = await client.query('commit');
    if (command === 'COMMIT') return { kind: 'committed', results };
    return { kind: 'in-doubt', results, transaction, error: new Error(`the commit came to ${command}`) };
  } catch (error) {
    return { kind: 'in-doubt', results, transaction, error };
  }
}

/**
 * Returns the transaction's id. READ COMMITTED, whatever the server's default: each statement sees earlier commits, so
 * the first one sees those of the previous writer.
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
    const responses = together.map((statement) => run(client, statement, LONG_RESPONSE_MS));
    // After the first failure all are rolled back: later results are ignored, their rejections handled.
    for (const response of responses) response.catch(() => undefined);
    for (const [index, response] of responses.entries()) {
      const { rows, rowCount } = await withTimeLimit(client, response, limitMs);
      const expected = together[index]?.expectRows;
      if (expected !== undefined && rowCount !== expected) return null;
      results.push(rows);
    }
  }
  return results;
}

/**
 * Each statement's limit starts with the response to the previous one. A closed connection rejects all that are
 * pending.
 */
async function withTimeLimit<T>(client: pg.PoolClient, response: Promise<T>, limitMs: number): Promise<T> {
  const timer = setTimeout(() => client.connection.stream.destroy(), limitMs);
  try {
    return await response;
  } finally {
    clearTimeout(timer);
  }
}

/** `limitMs` includes waiting for earlier statements. */
export async function run(client: pg.PoolClient, { text, values }: Statement, limitMs: number) {
  const query = { text: withTypes(text, values), values: values.map(toText), query_timeout: limitMs };
  const result = await client.query<Row>(query);
  return { rows: result.rows as readonly Row[], rowCount: result.rowCount };
}

/** The server infers a parameter's type from its first use, and finds none in `select $1` or `$1 + $2`. */
function withTypes(sql: string, params: readonly SqlValue[]): string {
  return sql.replace(/(json_each\()?\$(\d+)/g, (placeholder, unfolds: string | undefined, number: string) => {
    const value = params[Number(number) - 1];
    // A text becomes JSON by being called so; in SQLite it is JSON as it is.
    if (unfolds !== undefined) return `${placeholder}::json`;
    if (typeof value === 'number') return `${placeholder}::bigint`;
    return typeof value === 'string' ? `${placeholder}::text` : placeholder;
  });
}

/** PostgreSQL text cannot hold NUL, which a malformed Console response may contain. */
function toText(value: SqlValue): string | null {
  return value === null ? null : String(value).replaceAll('\0', '\u{FFFD}');
}
