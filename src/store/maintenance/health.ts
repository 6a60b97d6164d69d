/** Tells whether the database works, from what becomes of the calls that are made anyway. */

import type { Readiness } from '../../readiness.ts';
import type { Database } from '../database.ts';
import { toDatabaseError } from '../drivers/errors.ts';
import { tryToWrite } from './inspect.ts';

/** The same database: a call still runs before its promise is returned, since nothing is awaited in between. */
export function withHealthReporting(
  database: Database,
  readiness: Readiness,
  onError: (cause: string) => void = () => undefined,
): Database {
  const { note, probe } = createWatch(database, { readiness, onError });
  const watch = <T>(call: Promise<T>, { isWrite }: { isWrite: boolean }): Promise<T> => {
    // What can still be read says nothing of a full disk.
    call.then(() => (isWrite ? probe() : undefined), note);
    return call;
  };
  return {
    query: (sql, params) => watch(database.query(sql, params), { isWrite: !/^\s*select\b/i.test(sql) }),
    batch: (statements) => watch(database.batch(statements), { isWrite: true }),
    close: () => database.close(),
  };
}

interface Watching {
  readonly readiness: Readiness;
  readonly onError: (cause: string) => void;
}

function createWatch(database: Database, { readiness, onError }: Watching) {
  let isProbing = false;
  let faults = 0;

  function note(error: unknown): void {
    const fault = toDatabaseError(error);
    if (fault === null) return;
    faults += 1;
    onError(fault.cause);
    readiness.report('database', `${fault.headline}. ${fault.whatToDo}`);
  }

  /**
   * A write that succeeds after one that did not is no proof: it may have changed no row, which a full disk lets pass. So
   * it is followed by one that surely writes.
   */
  async function probe(): Promise<void> {
    if (isProbing || !readiness.problems().has('database')) return;
    isProbing = true;
    const before = faults;
    try {
      await tryToWrite(database);
      if (faults === before) readiness.report('database', null);
    } catch (error) {
      note(error);
    } finally {
      isProbing = false;
    }
  }

  return { note, probe };
}
