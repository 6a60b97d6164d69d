/**
 * After a refused sign-in nobody signs in for a while: a Console locks an account out after a few wrong attempts, and
 * a tick of five seconds would use them up before anybody has read the log.
 */

import { backoffMs } from './backoff.ts';
import { SignInError } from './errors.ts';

const BACKOFF = { baseMs: 30_000, capMs: 600_000 };

export interface SignInPause {
  /** Throws while the pause lasts, with what was refused and when the next try is. */
  readonly check: () => void;
  /** Begins a pause, longer than the one before; returns the error that tells of it. */
  readonly refuse: (attempt: string, outcome: string) => SignInError;
  readonly accept: () => void;
}

interface SignInPauseOptions {
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  readonly random: () => number;
}

export function createSignInPause({ elapsed, random }: SignInPauseOptions): SignInPause {
  let refusals = 0;
  let until = 0;
  let last = { attempt: '', outcome: '' };
  const leftMs = (): number => Math.max(0, until - elapsed());

  return {
    check: () => {
      if (leftMs() > 0) throw new SignInError(last.attempt, last.outcome, leftMs());
    },
    refuse: (attempt, outcome) => {
      last = { attempt, outcome };
      // Requests that were under way together are refused together: that is one refusal, not a row of them.
      if (leftMs() === 0) {
        refusals += 1;
        until = elapsed() + backoffMs(refusals, random, BACKOFF);
      }
      return new SignInError(attempt, outcome, leftMs());
    },
    accept: () => {
      // An answer to what was sent before the refusal says nothing about the next sign-in.
      if (leftMs() === 0) refusals = 0;
    },
  };
}
