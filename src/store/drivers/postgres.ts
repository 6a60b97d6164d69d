/**
 * PostgreSQL behind the Database interface. All replicas together have one writer at a time, like SQLite: each write
 * first takes one advisory lock, so no two writers can meet the same condition (`not exists`, a count, a free lease),
 * whatever order a batch takes its rows in. The rate limits of the Console and Slack keep writes few.
 *
 * A restart, failover or overload of the server is retried for a while. What was certainly rolled back is repeated;
 * where the response to a commit is lost, the transaction's status is queried.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { codeOf } from '../../errors.ts';
import type { Database, Row, Statement } from '../database.ts';
import { rejectForeignSchema } from './foreign.ts';
import {
  ClosedDatabaseError,
  isOnTheWay,
  isTransient,
  OldServerError,
  UnknownOutcomeError,
  UnreachableDatabaseError,
} from './postgres-errors.ts';
import { RESPONSE_MS, type UnknownCommit, type Results, run, transact } from './postgres-transaction.ts';
import { sql } from '../sql.ts';

/** One of them writes: other writers queue in this process instead of holding a connection each. */
const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
/** How long a call is retried before it rejects; callers that cannot wait have a limit of their own. */
const RETRY_TRANSIENT_MS = 10_000;
/** The outcome must be known before going on: the lost connection may still be committing. */
const OUTCOME_MS = 20_000;
const PAUSE_MS = { first: 50, longest: 1_000 };
/**
 * Rejects with ForeignDatabaseError and, as do all calls, with the errors of postgres-errors.ts and those of the server.
 * Tests set a shorter retry time.
 */
export async function openPostgres(
  url: string,
  { retryTransientMs = RETRY_TRANSIENT_MS } = {},
): Promise<Database> {
  const database = toDatabase(url, retryTransientMs);
  try {
    await checkVersion(database);
    await rejectForeignSchema(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The first version with pg_xact_status and pg_current_xact_id. */
const OLDEST_VERSION = 130_000;

async function checkVersion(database: Database): Promise<void> {
  const [row] = await database.query(
    sql`select current_setting('server_version') as name, current_setting('server_version_num') as number`,
  );
  if (Number(row?.['number']) < OLDEST_VERSION) throw new OldServerError(`it is ${String(row?.['name'])}`);
}

function toDatabase(url: string, retryTransientMs: number): Database {
  const pool = createPool(url);
  const writers = createQueue();
  let isClosed = false;
  const retryTransient = <T>(attempt: () => Promise<T>, startedAt: number): Promise<T> =>
    tryUntil(attempt, { isClosed: () => isClosed, until: startedAt + retryTransientMs });
  const write = (statements: readonly Statement[]) => {
    const startedAt = performance.now();
    return writers.serialize(() => retryTransient(() => commit(pool, statements), startedAt));
  };
  return {
    async query(statement) {
      if (isRead(statement.text)) return retryTransient(() => read(pool, statement), performance.now());
      const [rows] = (await write([statement])) ?? [];
      return rows ?? [];
    },
    batch: async (statements) => (statements.length === 0 ? [] : write(statements)),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await pool.end();
    },
  };
}

function createPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: RESPONSE_MS,
    keepAlive: true,
    // Sends statements of one connection without waiting for earlier responses.
    pipeline: true,
    application_name: 'scanprogress',
    types: { getTypeParser },
  });
  // A broken connection is replaced by the next call; without a listener its error would end the process. The pool
  // reports idle connections only. A leased one needs its listener from the start: a server that shuts down may send
  // the error right after accepting it.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

const BIGINT: number = pg.types.builtins.INT8;

const parserOf = pg.types.getTypeParser as (oid: number, format: 'text') => unknown;

/** Times and counts are numbers, as in SQLite; `pg` returns int8 as text. */
const getTypeParser = ((oid: number, format: 'text') =>
  oid === BIGINT ? Number : parserOf(oid, format)) as typeof pg.types.getTypeParser;

const isRead = (sql: string): boolean => /^\s*select\b/i.test(sql);

/** Runs calls one after the other, in the order of arrival. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    serialize<T>(run: () => Promise<T>): Promise<T> {
      const running = last.then(run);
      last = running.catch(() => undefined);
      return running;
    },
  };
}

interface WaitOptions {
  readonly isClosed: () => boolean;
  /** Monotonic ms. */
  readonly until: number;
}

/** `attempt` rejects only where nothing was changed: transient errors are retried. */
async function tryUntil<T>(attempt: () => Promise<T>, { isClosed, until }: WaitOptions): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    if (isClosed()) throw new ClosedDatabaseError('the database was closed');
    try {
      return await attempt();
    } catch (error) {
      const waitMs = pauseMs(tries);
      if (!isTransient(error) || performance.now() + waitMs > until) throw toDatabaseError(error);
      await sleep(waitMs);
    }
  }
}

/** Half of it is random, so that replicas do not return at the same instant. */
function pauseMs(tries: number): number {
  return Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** tries) * (0.5 + Math.random() / 2);
}

/** An error that the server did not send is a connection error, often without a code. */
function toDatabaseError(error: unknown): unknown {
  if (!isOnTheWay(error) || error instanceof UnreachableDatabaseError) return error;
  return new UnreachableDatabaseError('the server did not respond', { cause: error });
}

async function read(pool: pg.Pool, statement: Statement): Promise<readonly Row[]> {
  return withClient(pool, async (client) => (await run(client, statement, RESPONSE_MS)).rows);
}

/** null where an expectation was not met. Rejects where nothing was changed, and with UnknownOutcomeError. */
async function commit(pool: pg.Pool, statements: readonly Statement[]): Promise<Results | null> {
  const done = await withClient(pool, (client) => transact(client, statements));
  if (done.kind === 'in-doubt') return settleUnknownCommit(pool, done);
  return done.kind === 'committed' ? done.results : null;
}

/**
 * Repeats nothing unless the server says that it was rolled back. After a failover the new server may not know the
 * transaction, because it was never replicated: that counts as rolled back.
 */
async function settleUnknownCommit(
  pool: pg.Pool,
  { results, transaction, error }: UnknownCommit,
): Promise<Results> {
  const until = performance.now() + OUTCOME_MS;
  for (let tries = 0; performance.now() < until; tries += 1) {
    const outcome = await outcomeOf(pool, transaction).catch((failure: unknown) => {
      if (isTransient(failure)) return 'unknown';
      throw new UnknownOutcomeError('the outcome of a commit cannot be asked', { cause: failure });
    });
    if (outcome === 'committed') return results;
    if (outcome === 'aborted') throw new UnreachableDatabaseError('a commit was cut off', { cause: error });
    await sleep(pauseMs(tries));
  }
  throw new UnknownOutcomeError('nobody knows whether a commit was made', { cause: error });
}

async function outcomeOf(pool: pg.Pool, transaction: string): Promise<'committed' | 'aborted' | 'unknown'> {
  try {
    const sql = 'select pg_xact_status(cast($1 as xid8)) as status';
    const [row] = await withClient(
      pool,
      async (client) => (await client.query<{ status: string | null }>(sql, [transaction])).rows,
    );
    const status = row?.status;
    return status === 'committed' || status === 'aborted' ? status : 'unknown';
  } catch (error) {
    if (codeOf(error) === ID_IN_THE_FUTURE) return 'aborted';
    throw error;
  }
}

/** invalid_parameter_value: the server has not assigned this transaction id yet. */
const ID_IN_THE_FUTURE = '22023';

/** A connection with any error is closed, which rolls back its transaction. */
async function withClient<T>(pool: pg.Pool, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isSound = false;
  try {
    const result = await use(client);
    isSound = true;
    return result;
  } finally {
    client.release(!isSound);
  }
}
