/** Reports whether the Console responds, from the outcome of its regular requests. */

import { type Failure, type FailureCause, isLongPause } from '../scan/snapshot.ts';
import type { ConsoleClient } from './client.ts';

/** These concern one request, or our rate: the Console itself works, unless it requests a long pause. */
const NOT_OF_THE_CONSOLE: readonly FailureCause[] = ['bad-request', 'rate-limited', 'own-limit'];

/**
 * The same client. Only progress and the check count, because nothing works without them; a role need not have
 * permissions for settings or Defenders.
 */
export function withConsoleHealth(
  client: ConsoleClient,
  onResponse: (failure: Failure | null) => void,
): ConsoleClient {
  const note = (failure: Failure | null): void => {
    const isOurs = failure !== null && NOT_OF_THE_CONSOLE.includes(failure.cause) && !isLongPause(failure);
    if (!isOurs) onResponse(failure);
  };
  return {
    ...client,
    fetchProgress: (target, caller) => {
      // The promise itself is returned, not what follows it: an observation is recorded without an await in between.
      const reading = client.fetchProgress(target, caller);
      void reading.then((observation) => {
        if (observation !== null) note(observation.kind === 'failed' ? observation.failure : null);
      });
      return reading;
    },
    check: (signal) => {
      const checking = client.check(signal);
      void checking.then((response) => note(response.kind === 'failed' ? response.failure : null));
      return checking;
    },
  };
}
