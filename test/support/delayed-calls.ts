/** Calls that end a turn of the event loop later, so that a test can tell whether they were awaited. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Statement } from '../../src/store/database.ts';

export function createDelayedCalls() {
  let calls = 0;
  const delayed =
    <Given extends unknown[], T>(call: (...given: Given) => T | Promise<T>) =>
    async (...given: Given): Promise<T> => {
      calls += 1;
      try {
        await nextTurn();
        return await call(...given);
      } finally {
        calls -= 1;
      }
    };
  /** Its writes alone: a read may go on in the background. */
  const delayWrites = (database: Database): Database => {
    const write = delayed((statement: Statement) => database.query(statement));
    return {
      ...database,
      query: (statement) =>
        statement.text.startsWith('select') ? database.query(statement) : write(statement),
      batch: delayed((statements: readonly Statement[]) => database.batch(statements)),
    };
  };
  /** `underWay`: how many calls have not ended. */
  return { delayed, delayWrites, underWay: () => calls };
}
