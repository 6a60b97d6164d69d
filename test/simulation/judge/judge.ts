/**
 * Checks the invariants of a run, named as in the list of faults: I1 one completion per end and conversation, and a
 * waiting watch for each subscription, I2 nothing after the final state, I3 no count goes backwards, I4 one live
 * message, I5 one poll per target at a time and no more requests than allowed, I6 no call before Retry-After, I7 an end
 * is not delayed, I12 silence after a stop, I14 every delivery ends, I15 every watch ends, and no subscription is
 * paused forever, I16 no person sees, or can end, anything of a conversation that they are not in, I17 no end known to
 * be below a channel's threshold is posted, I18 each weekly digest that was due is posted once.
 */

import { createConsoleJudge, type ConsoleJudge } from './judge-console.ts';
import { createSlackJudge, type SlackJudge } from './judge-slack.ts';
import type { Accuse, Court } from './court.ts';
import { createLedger, type Ledger } from './ledger.ts';

export interface Violation {
  readonly invariant: string;
  readonly text: string;
}

export interface Judge {
  readonly violations: readonly Violation[];
  readonly ledger: Ledger;
  readonly console: ConsoleJudge;
  readonly slack: SlackJudge;
  readonly accuse: Accuse;
  /** An active subscription always has one watch that waits for it, an active board one that it shows. */
  readonly checkCommit: () => void;
}

export function createJudge(circumstances: Omit<Court, 'accuse' | 'ledger'>): Judge {
  const { trace, clock, isClockSet } = circumstances;
  const violations: Violation[] = [];
  const accuse: Accuse = (invariant, text) => {
    violations.push({ invariant, text });
    trace.say(() => `>>> ${invariant}: ${text}`);
  };
  const court: Court = { ...circumstances, accuse, ledger: createLedger(isClockSet ? null : clock.now()) };
  return {
    violations,
    accuse,
    ledger: court.ledger,
    console: createConsoleJudge(court),
    slack: createSlackJudge(court),
    checkCommit() {
      checkSubscriptionWatches(court);
      checkBoards(court);
    },
  };
}

/** As of one commit. */
function checkSubscriptionWatches({ ledger, accuse, clock }: Court): void {
  const active = [...ledger.watches.values()].filter(({ isKept, state }) => isKept && state === 'active');
  for (const { id, state, channel, target } of ledger.subscriptions.values()) {
    const watches = active.filter(({ subscription }) => subscription === id).length;
    const when = `at t=${String(clock.monotonicNow() / 1_000)}s`;
    if (state === 'active' && watches !== 1)
      accuse('I1', `the subscription of ${channel} to ${target} has ${String(watches)} watches ${when}`);
    if (state === 'ended' && watches !== 0)
      accuse('I12', `the subscription of ${channel} to ${target} is over and still watches ${when}`);
  }
}

/** A board ends with the last of its watches, in one commit. */
function checkBoards({ ledger, accuse, clock }: Court): void {
  const shown = [...ledger.watches.values()].filter(({ state }) => state === 'active');
  for (const { id, state, channel } of ledger.boards.values()) {
    const isWatched = shown.some(({ board }) => board === id);
    const when = `at t=${String(clock.monotonicNow() / 1_000)}s`;
    if (isWatched && state !== 'active')
      accuse('I1', `a board of ${channel} is ${state} before its end ${when}`);
    if (!isWatched && state === 'active') accuse('I15', `a board of ${channel} outlives its watches ${when}`);
  }
}
