/** Tells whether the database works, from what becomes of the calls that are made anyway. */

import type { Readiness } from '../readiness.ts';
import type { Database } from './database.ts';
import { toDatabaseFault } from './fault.ts';

/** The same database: a call still runs before its promise is returned, since nothing is awaited in between. */
export function watchDatabase(database: Database, readiness: Readiness): Database {
  const watch = <T>(call: Promise<T>, { isWrite }: { isWrite: boolean }): Promise<T> => {
    call.then(
      () => {
        // What can still be read says nothing of a full disk.
        if (isWrite) readiness.report('database', null);
      },
      (error: unknown) => {
        const fault = toDatabaseFault(error);
        if (fault !== null) readiness.report('database', `${fault.headline}. ${fault.whatToDo}`);
      },
    );
    return call;
  };
  return {
    query: (sql, params) => watch(database.query(sql, params), { isWrite: !/^\s*select\b/i.test(sql) }),
    batch: (statements) => watch(database.batch(statements), { isWrite: true }),
    close: () => database.close(),
  };
}
