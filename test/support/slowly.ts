/** Calls that end a turn of the event loop later, so that a test can tell whether they were awaited. */

import { setImmediate as nextTurn } from 'node:timers/promises';

export function createSlowly() {
  let calls = 0;
  return {
    slowly:
      <Given extends unknown[], T>(call: (...given: Given) => T | Promise<T>) =>
      async (...given: Given): Promise<T> => {
        calls += 1;
        try {
          await nextTurn();
          return await call(...given);
        } finally {
          calls -= 1;
        }
      },
    /** How many have not ended. */
    underWay: () => calls,
  };
}
