/**
 * SQLite behind the Database interface. Every call completes before its promise is returned: between the last byte of a
 * Console response and its commit, no other task runs. Where another process holds the file, the call is retried later,
 * because SQLite itself would block the whole process.
 */

import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { codeOf } from '../../errors.ts';
import type { Database, Row, Statement } from '../database.ts';
import { CorruptDatabaseError, MissingFolderError, NoPlainFileError } from './errors.ts';
import { markCleanStop, takeCleanStop } from './clean-stop.ts';
import { rejectForeignFile } from './foreign.ts';
import { createOwnFile, NO_FILE, type OwnFile } from './own-file.ts';
import { createPrivately } from './private-file.ts';

type SqliteConnection = BetterSqlite3.Database;

/** At startup no request waits for this process. */
const OPENING_BUSY_MS = 2_000;
/** Blocks everything, including acknowledgements and /healthz. */
const BUSY_MS = 5;
/** Between two attempts of the first waiting call; the others queue behind it. */
const AGAIN_MS = 50;
/** How long a call is retried before it rejects, as with PostgreSQL. */
const RETRY_TRANSIENT_MS = 10_000;

/** Thrown to roll a batch back; never leaves this file. */
class UnmetExpectationError extends Error {}

/**
 * Opens the file, creating it if missing; `:memory:`, or a buffer, which is copied into memory. Throws errors of
 * better-sqlite3 and of errors.ts. `isToStay`: the file is left unchanged; by default its journal mode becomes WAL,
 * permanently.
 */
export function openSqlite(file: string | Buffer, { isToStay = false } = {}): Database {
  if (typeof file === 'string') prepareFile(file);
  const ownFile = typeof file === 'string' && !isToStay ? file : null;
  const isSound = ownFile !== null && takeCleanStop(ownFile);
  const connection = new BetterSqlite3(file, { timeout: OPENING_BUSY_MS });
  try {
    rejectForeignFile(connection);
    if (!isToStay) connection.pragma('journal_mode = WAL');
    prepareConnection(connection);
    if (!isSound) checkForDamage(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  connection.pragma(`busy_timeout = ${BUSY_MS}`);
  const run = createRunner(connection);
  // No disk to wait for: the pragma alone took 3 % of a simulated seed.
  const syncWrites = connection.memory ? () => undefined : createSync(connection);
  const runAll = connection.transaction((statements: readonly Statement[]) => statements.map(run));
  const runOne = (statement: Statement, { isWrite }: { readonly isWrite: boolean }): readonly Row[] => {
    if (isWrite) syncWrites(true);
    return run(statement);
  };
  const runBatch = (statements: readonly Statement[]): (readonly Row[])[] => {
    const [only, second] = statements;
    if (only === undefined) return [];
    syncWrites(statements.some(({ mayBeLost }) => mayBeLost !== true));
    // A single statement is atomic without a transaction, unless an unmet expectation must undo it.
    if (second === undefined && only.expectRows === undefined) return [run(only)];
    // Immediate: two processes that read first would deadlock when both want to write.
    return runAll.immediate(statements);
  };
  const own = ownFile === null || connection.memory ? NO_FILE : createOwnFile(ownFile);
  const waiting = createWaiting((kind) => {
    // SQLite removes the log of a closed file.
    if (connection.open) own.check(kind);
  });
  return {
    query: (statement) => {
      const kind = { isWrite: !isRead(statement.text) };
      return waiting.run(() => runOne(statement, kind), kind);
    },
    batch: (statements) => waiting.run(() => unlessUnmet(() => runBatch(statements)), { isWrite: true }),
    close: () =>
      sync(() => {
        // SQLite would write its log into the new file.
        if (!connection.open || own.isReplaced()) return;
        connection.close();
        if (ownFile !== null) markCleanStop(ownFile);
      }),
  };
}

function prepareFile(file: string): void {
  if (file === ':memory:') return;
  // better-sqlite3 reports this by an error without a code.
  if (!existsSync(dirname(file)))
    throw new MissingFolderError(`the directory does not exist: ${dirname(file)}`);
  if (!isPlainOrMissing(file)) throw new NoPlainFileError(`it is no plain file: ${file}`);
  createPrivately(file);
}

function isPlainOrMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    // SQLite reports the same error, with a code that toDatabaseError knows.
    return true;
  }
}

const isRead = (sql: string): boolean => /^\s*(?:select|pragma)\b/i.test(sql);

interface Call {
  readonly attempt: () => unknown;
  /** Monotonic ms. */
  readonly until: number;
  readonly settle: PromiseWithResolvers<unknown>;
}

/** Calls that wait because another process holds the file, in order: writes keep their order. */
function createWaiting(check: OwnFile['check']) {
  const calls: Call[] = [];
  let timer: NodeJS.Timeout | undefined;

  function tryAgain(): void {
    timer = undefined;
    for (let call = calls[0]; call !== undefined; call = calls[0]) {
      try {
        call.settle.resolve(call.attempt());
      } catch (error) {
        if (isBusy(error) && performance.now() < call.until) break;
        call.settle.reject(error);
      }
      calls.shift();
    }
    if (calls.length > 0) timer ??= setTimeout(tryAgain, AGAIN_MS);
  }

  function wait(attempt: () => unknown): Promise<unknown> {
    const call = {
      attempt,
      until: performance.now() + RETRY_TRANSIENT_MS,
      settle: Promise.withResolvers<unknown>(),
    };
    calls.push(call);
    timer ??= setTimeout(tryAgain, AGAIN_MS);
    return call.settle.promise;
  }

  return {
    /** Runs before it returns, unless the file is held. Rejects where `call` or `check` throws. */
    async run<T>(call: () => T, kind: { readonly isWrite: boolean }): Promise<T> {
      const attempt = (): T => {
        check(kind);
        return call();
      };
      if (kind.isWrite && calls.length > 0) return wait(attempt) as Promise<T>;
      try {
        return attempt();
      } catch (error) {
        if (isBusy(error)) return wait(attempt) as Promise<T>;
        throw error;
      }
    },
  };
}

/** By its code: `SQLITE_BUSY`, `SQLITE_BUSY_SNAPSHOT`, `SQLITE_LOCKED`. */
function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error));
}

/**
 * FULL: a completion that was recorded survives a power cut, which NORMAL does not promise in WAL mode. The whole process
 * waits for the disk meanwhile, some ms: not for what can be read again.
 */
function createSync(connection: SqliteConnection): (isFull: boolean) => void {
  let current = true;
  return (isFull) => {
    if (isFull !== current) connection.pragma(`synchronous = ${isFull ? 'FULL' : 'NORMAL'}`);
    current = isFull;
  };
}

function prepareConnection(connection: SqliteConnection): void {
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
}

// A few ms for a few megabytes: damage is found at startup, not during an incident.
function checkForDamage(connection: SqliteConnection): void {
  const found: unknown = connection.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw new CorruptDatabaseError(String(found));
}

/** Runs before it returns; rejects where `run` throws. */
function sync<T>(run: () => T): Promise<T> {
  return new Promise((resolve) => resolve(run()));
}

type Run = (statement: Statement) => readonly Row[];

/** null where an expectation failed and all was rolled back. */
function unlessUnmet<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof UnmetExpectationError) return null;
    throw error;
  }
}

function createRunner(connection: SqliteConnection): Run {
  const known = new Map<string, BetterSqlite3.Statement>();
  return ({ text, values, expectRows }) => {
    const prepared = known.get(text) ?? prepare(connection, text);
    known.set(text, prepared);
    const { rows, count } = execute(prepared, values);
    if (expectRows !== undefined && count !== expectRows) throw new UnmetExpectationError();
    return rows;
  };
}

/** better-sqlite3 binds by position three times as fast as by name. */
function prepare(connection: SqliteConnection, text: string): BetterSqlite3.Statement {
  // SQLite would plan a join, an order or a limit again whenever a bare parameter is bound.
  const placeholder = /\b(join|limit|order)\b/.test(text) ? 'coalesce(?, null)' : '?';
  return connection.prepare(text.replaceAll(/\$\d+/g, placeholder));
}

function execute(statement: BetterSqlite3.Statement, values: Statement['values']) {
  if (!statement.reader) return { rows: [], count: statement.run(...values).changes };
  const rows = statement.all(...values) as readonly Row[];
  return { rows, count: rows.length };
}
