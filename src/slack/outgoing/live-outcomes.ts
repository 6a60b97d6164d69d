/** Lets a command wait for its live message, which the delivery loop sends: of this process, or of another one. */

import type { DeliveryKind } from '../../scan/delivery.ts';
import type { LiveOutcome } from '../context.ts';

export interface LiveOutcomes {
  /** Resolves when Slack has answered for good; ask before the loop can have sent it. */
  readonly of: (watchId: string) => Promise<LiveOutcome>;
  /** To be told of every settled attempt. */
  readonly settle: (delivery: { watchId: string; kind: DeliveryKind }, outcome: { kind: string }) => void;
}

/** A response_url works for 30 minutes: after that nobody can be told anyway, and silence means all is well. */
const ANSWERABLE_MS = 25 * 60_000;

/** Our own loop says so at once; that of another process leaves it in the database. */
const POLL_INTERVAL_MS = 3_000;

/** `find` looks it up; it may reject. */
export function createLiveOutcomes(find: (watchId: string) => Promise<LiveOutcome | null>): LiveOutcomes {
  const waiting = new Map<string, PromiseWithResolvers<LiveOutcome>>();
  const finish = (watchId: string, outcome: LiveOutcome): void => {
    waiting.get(watchId)?.resolve(outcome);
    waiting.delete(watchId);
  };
  return {
    of(watchId) {
      const known = waiting.get(watchId) ?? Promise.withResolvers<LiveOutcome>();
      waiting.set(watchId, known);
      const forget = (): void => finish(watchId, 'posted');
      const limit = setTimeout(forget, ANSWERABLE_MS).unref();
      const looks = setInterval(() => {
        find(watchId).then(
          (outcome) => {
            if (outcome !== null) finish(watchId, outcome);
          },
          () => undefined,
        );
      }, POLL_INTERVAL_MS).unref();
      return known.promise.finally(() => {
        clearTimeout(limit);
        clearInterval(looks);
      });
    },
    settle({ watchId, kind }, outcome) {
      if (kind !== 'live') return;
      const result = toLiveOutcome(outcome.kind);
      if (result !== null) finish(watchId, result);
    },
  };
}

/** null while it is still being tried. */
function toLiveOutcome(kind: string): LiveOutcome | null {
  switch (kind) {
    case 'done':
      return 'posted';
    case 'place-gone':
      return 'refused';
    case 'given-up':
    case 'message-gone':
      return 'other';
    default:
      return null;
  }
}
