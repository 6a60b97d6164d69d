/** What the Console answered last to this process, whatever it was asked: App Home tells it where nothing is followed. */

import type { Failure } from '../scan/snapshot.ts';
import type { ConsoleHealth } from '../store/overview.ts';

export interface OwnConsoleHealth {
  /** null where it answered. */
  readonly note: (failure: Failure | null) => void;
  readonly last: () => ConsoleHealth;
}

export function createConsoleHealth(now: () => number): OwnConsoleHealth {
  let last: ConsoleHealth = { isReachable: null, answeredAt: null, failure: null };
  return {
    note(failure) {
      const answeredAt = failure === null ? now() : last.answeredAt;
      last = { isReachable: failure === null, answeredAt, failure };
    },
    last: () => last,
  };
}
