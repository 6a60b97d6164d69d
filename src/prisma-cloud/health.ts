/** Tells whether the Console answers, from what becomes of the calls that are made anyway. */

import type { Failure, FailureCause } from '../scan/snapshot.ts';
import type { ConsoleClient } from './client.ts';

/** Of one question alone, or of how often we ask: the Console does well. */
const NO_FAULT_OF_THE_CONSOLE: readonly FailureCause[] = ['bad-request', 'rate-limited', 'own-limit'];

/**
 * The same client. Progress counts and the check does, for without them nothing works; what a role need not be allowed
 * (settings, Defenders) does not.
 */
export function withConsoleHealth(
  client: ConsoleClient,
  onAnswer: (failure: Failure | null) => void,
): ConsoleClient {
  const note = (failure: Failure | null): void => {
    if (failure === null || !NO_FAULT_OF_THE_CONSOLE.includes(failure.cause)) onAnswer(failure);
  };
  return {
    ...client,
    fetchProgress: (target, caller) => {
      // The promise itself goes on, not what follows it: what the Console said is recorded without a wait in between.
      const reading = client.fetchProgress(target, caller);
      void reading.then((observation) => {
        if (observation !== null) note(observation.kind === 'failed' ? observation.failure : null);
      });
      return reading;
    },
    check: (signal) => {
      const checking = client.check(signal);
      void checking.then((answer) => note(answer.kind === 'failed' ? answer.failure : null));
      return checking;
    },
  };
}
