/** Reports whether the database works, from the outcome of its regular calls. */

import type { Readiness } from '../../readiness.ts';
import type { Database } from '../database.ts';
import { toDatabaseError, type DatabaseError } from '../drivers/errors.ts';
import { tryToWrite } from './inspect.ts';

export interface HealthReporting {
  readonly readiness: Readiness;
  /** What is wrong, and what to do. */
  readonly toSentences: (error: DatabaseError) => string;
  readonly onError?: (cause: DatabaseError['cause']) => void;
}

/** The same database: calls still run before their promise is returned, because nothing is awaited in between. */
export function withHealthReporting(database: Database, options: HealthReporting): Database {
  const { note, probe } = createWatch(database, options);
  const watch = <T>(call: Promise<T>, { isWrite }: { isWrite: boolean }): Promise<T> => {
    // A successful read proves nothing about a full disk.
    call.then(() => (isWrite ? probe() : undefined), note);
    return call;
  };
  return {
    query: (statement) =>
      watch(database.query(statement), {
        isWrite: !/^\s*select\b/i.test(statement.text),
      }),
    batch: (statements) => watch(database.batch(statements), { isWrite: true }),
    close: () => database.close(),
  };
}

function createWatch(database: Database, { readiness, toSentences, onError }: HealthReporting) {
  let isProbing = false;
  let errors = 0;

  function note(error: unknown): void {
    const databaseError = toDatabaseError(error);
    if (databaseError === null) return;
    errors += 1;
    onError?.(databaseError.cause);
    readiness.report('database', toSentences(databaseError));
  }

  /**
   * A successful write after a failed one is no proof: it may have changed no row, which works on a full disk. This
   * write certainly changes one.
   */
  async function probe(): Promise<void> {
    if (isProbing || !readiness.reasons().has('database')) return;
    isProbing = true;
    const before = errors;
    try {
      await tryToWrite(database);
      if (errors === before) readiness.report('database', null);
    } catch (error) {
      note(error);
    } finally {
      isProbing = false;
    }
  }

  return { note, probe };
}
