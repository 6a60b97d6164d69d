/** Lets a command wait for its live message, which the delivery loop sends. */

import type { DeliveryKind } from '../scan/delivery.ts';
import type { LiveOutcome } from './bot.ts';

export interface LiveOutcomes {
  /** Resolves when Slack has answered for good; ask before the loop can have sent it. */
  readonly of: (watchId: string) => Promise<LiveOutcome>;
  /** To be told of every settled attempt. */
  readonly settle: (delivery: { watchId: string; kind: DeliveryKind }, outcome: { kind: string }) => void;
}

/** A response_url works for 30 minutes: after that nobody can be told anyway, and silence means all is well. */
const ANSWERABLE_MS = 25 * 60_000;

export function createLiveOutcomes(): LiveOutcomes {
  const waiting = new Map<string, PromiseWithResolvers<LiveOutcome>>();
  return {
    of(watchId) {
      const known = waiting.get(watchId) ?? Promise.withResolvers<LiveOutcome>();
      waiting.set(watchId, known);
      const forget = () => {
        waiting.delete(watchId);
        known.resolve('posted');
      };
      setTimeout(forget, ANSWERABLE_MS).unref();
      return known.promise;
    },
    settle({ watchId, kind }, outcome) {
      if (kind !== 'live') return;
      const result = toLiveOutcome(outcome.kind);
      if (result === null) return;
      waiting.get(watchId)?.resolve(result);
      waiting.delete(watchId);
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
