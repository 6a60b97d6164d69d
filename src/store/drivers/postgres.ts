/**
 * PostgreSQL behind the narrow interface. All replicas together have one writer at a time, as SQLite has it for free: each
 * write first takes one lock, so that no condition of a statement (`not exists`, a count, a lease that is free) can be met
 * by two at once, in whatever order a batch takes its rows. The limits of the Console and of Slack keep writes few.
 *
 * A server that is restarted, fails over or is too busy is ridden out for a while. What was surely undone is repeated;
 * where the answer to a commit is lost, the server is asked what became of the transaction.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database, Row, SqlValue, Statement } from '../database.ts';
import {
  ClosedDatabaseError,
  isOnTheWay,
  isTransient,
  isServerError,
  OldServerError,
  UnknownOutcomeError,
  UnreachableDatabaseError,
} from './postgres-errors.ts';
import { ANSWER_MS, type UnknownCommit, type Results, run, transact } from './postgres-transaction.ts';

/** One of them writes: the others wait for it in this process, and not with a connection each. */
const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
/** How long a call tries before its caller is told; callers that cannot wait have a limit of their own. */
const RETRY_TRANSIENT_MS = 10_000;
/** Nobody can go on before it is known: a lost connection of ours may still be committing at its other end. */
const OUTCOME_MS = 20_000;
const PAUSE_MS = { first: 50, longest: 1_000 };
/** Rejects, as do all calls, with the errors of postgres-fault.ts and those of the server; tests wait for less time. */
export async function openPostgres(
  url: string,
  { retryTransientMs = RETRY_TRANSIENT_MS } = {},
): Promise<Database> {
  const database = toDatabase(url, retryTransientMs);
  try {
    await checkVersion(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The first with pg_xact_status and pg_current_xact_id. */
const OLDEST_VERSION = 130_000;

async function checkVersion(database: Database): Promise<void> {
  const sql = `select current_setting('server_version') as name, current_setting('server_version_num') as number`;
  const [row] = await database.query(sql, []);
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
    return writers.inTurn(() => retryTransient(() => commit(pool, statements), startedAt));
  };
  return {
    async query(sql, params) {
      if (isRead(sql)) return retryTransient(() => read(pool, sql, params), performance.now());
      const [rows] = (await write([{ sql, params }])) ?? [];
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
    query_timeout: ANSWER_MS,
    keepAlive: true,
    // What is asked of one connection without awaiting the answer before is sent at once.
    pipeline: true,
    application_name: 'scanprogress',
    types: { getTypeParser },
  });
  // A connection that breaks is replaced by the next call; unheard, its loss would end the process. The pool tells of
  // one that nobody uses. Of one that is lent out it must be heard from the first instant: a server that goes down says
  // so in the same breath as it lets a connection in, before whoever asked for it can listen.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

const BIGINT: number = pg.types.builtins.INT8;

const parserOf = pg.types.getTypeParser as (oid: number, format: 'text') => unknown;

/** Times and counts are numbers here as they are in SQLite; `pg` gives all of 64 bits as text. */
const getTypeParser = ((oid: number, format: 'text') =>
  oid === BIGINT ? Number : parserOf(oid, format)) as typeof pg.types.getTypeParser;

const isRead = (sql: string): boolean => /^\s*select\b/i.test(sql);

/** Runs one after the other, in the order in which they were asked for. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    inTurn<T>(run: () => Promise<T>): Promise<T> {
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

/** `attempt` rejects only where nothing was changed: whatever passes by itself is waited for. */
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

/** Half of it is chance, so that replicas do not return at the same instant. */
function pauseMs(tries: number): number {
  return Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2);
}

/** What is not the server's own answer is trouble on the way to it, and comes without any code as often as not. */
function toDatabaseError(error: unknown): unknown {
  if (!isOnTheWay(error) || error instanceof UnreachableDatabaseError) return error;
  return new UnreachableDatabaseError('the server did not answer', { cause: error });
}

async function read(pool: pg.Pool, sql: string, params: readonly SqlValue[]): Promise<readonly Row[]> {
  return withClient(pool, async (client) => (await run(client, { sql, params }, ANSWER_MS)).rows);
}

/** null where an expectation was not met. Rejects where nothing was changed, and with UnknownOutcomeError. */
async function commit(pool: pg.Pool, statements: readonly Statement[]): Promise<Results | null> {
  const done = await withClient(pool, (client) => transact(client, statements));
  if (done.kind === 'in-doubt') return settleUnknownCommit(pool, done);
  return done.kind === 'committed' ? done.results : null;
}

/**
 * Repeats nothing unless the server says that it was undone: then it is as if it had not been tried. After a failover
 * the new server may not know the transaction at all, since it never got there: that is undone, too.
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
    if (isServerError(error) && error.code === ID_IN_THE_FUTURE) return 'aborted';
    throw error;
  }
}

/** invalid_parameter_value: the server has not given this id to any transaction yet. */
const ID_IN_THE_FUTURE = '22023';

/** A connection on which anything went wrong is closed, and what it had begun is undone by that. */
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
