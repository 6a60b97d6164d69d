/**
 * SQLite behind the narrow interface. Every call runs to its end before it returns its promise: between the last byte
 * of a Console's answer and the commit of what it says, no other task gets a turn.
 */

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Database, Row, SqlValue, Statement } from './database.ts';
import { CorruptDatabaseError, MissingFolderError } from './fault.ts';
import { createPrivately } from './private-file.ts';

type Connection = BetterSqlite3.Database;

/** Another process, such as a backup, may hold the file for a moment; Slack's 3 s for an answer must still hold. */
const BUSY_MS = 2_000;

/** Thrown to roll a batch back; never leaves this file. */
class UnmetExpectationError extends Error {}

/**
 * Opens the file (`:memory:` for none), creating it if it is missing. Throws what better-sqlite3 throws, and the errors of
 * fault.ts. `isToStay`: as it is; by default its journal becomes a write-ahead log, which stays so.
 */
export function openSqlite(
  file: string,
  { isToStay = false }: { readonly isToStay?: boolean } = {},
): Database {
  // better-sqlite3 tells of it by an error without a code.
  if (file !== ':memory:' && !existsSync(dirname(file)))
    throw new MissingFolderError(`the directory does not exist: ${dirname(file)}`);
  createPrivately(file);
  const connection = new BetterSqlite3(file, { timeout: BUSY_MS });
  try {
    if (!isToStay) connection.pragma('journal_mode = WAL');
    prepareConnection(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  const run = createRunner(connection);
  return {
    query: (sql, params) => atOnce(() => run({ sql, params })),
    batch: (statements) => atOnce(() => runBatch(connection, run, statements)),
    close: () => atOnce(() => void connection.close()),
  };
}

function prepareConnection(connection: Connection): void {
  // FULL: a completion that was recorded survives a power cut, which NORMAL does not promise in WAL mode.
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  // Some ms for the few megabytes of a bot: a damaged file is told at the start, and not in the middle of an incident.
  const found: unknown = connection.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw new CorruptDatabaseError(String(found));
}

/** Runs before it returns, and rejects where `run` throws. */
function atOnce<T>(run: () => T): Promise<T> {
  return new Promise((resolve) => resolve(run()));
}

type Run = (statement: Statement) => readonly Row[];

function runBatch(connection: Connection, run: Run, statements: readonly Statement[]) {
  try {
    // Immediate: two processes that both read first would deadlock when both want to write.
    return connection.transaction(() => statements.map(run)).immediate();
  } catch (error) {
    if (error instanceof UnmetExpectationError) return null;
    throw error;
  }
}

function createRunner(connection: Connection): Run {
  const prepared = new Map<string, BetterSqlite3.Statement>();
  return ({ sql, params, expect }) => {
    const statement = prepared.get(sql) ?? connection.prepare(sql);
    prepared.set(sql, statement);
    const { rows, count } = execute(statement, params);
    if (expect !== undefined && count !== expect) throw new UnmetExpectationError();
    return rows;
  };
}

function execute(statement: BetterSqlite3.Statement, params: readonly SqlValue[]) {
  // better-sqlite3 binds $1 by the name "1".
  const named = Object.fromEntries(params.map((value, index) => [String(index + 1), value]));
  const bound = params.length === 0 ? [] : [named];
  if (!statement.reader) return { rows: [], count: statement.run(...bound).changes };
  const rows = statement.all(...bound) as readonly Row[];
  return { rows, count: rows.length };
}
