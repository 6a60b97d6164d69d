/**
 * What is queued waits while Slack refuses the token. Slack is asked every few seconds whether it takes the token again,
 * and a delivery is tried then, else once a minute: as soon as one is taken, all go out. Kept in memory alone: another
 * process may have another token, and a restart tries at once.
 */

const TRY_EVERY_MS = 60_000;
const ASK_EVERY_MS = 5_000;

export interface TokenGate {
  /** How many deliveries may be begun at `now`, epoch ms. */
  allowed(now: number): number;
  refuse(now: number): void;
  accept(): void;
}

interface Refusal {
  tryAt: number;
  askAt: number;
  /** A token that lacks a scope is good whenever it is asked about: only a change is news. */
  wasBad: boolean;
}

/** `isGood`: whether Slack takes the token; null where it does not tell. Never rejects. */
export function createTokenGate(isGood: () => Promise<boolean | null>): TokenGate {
  let refusal: Refusal | null = null;

  async function ask(current: Refusal): Promise<void> {
    const answer = await isGood();
    if (answer === false) current.wasBad = true;
    if (answer === true && current.wasBad) current.tryAt = 0;
  }

  return {
    allowed(now) {
      if (refusal === null) return Infinity;
      if (isTime(now, refusal.askAt, ASK_EVERY_MS)) {
        refusal.askAt = now + ASK_EVERY_MS;
        void ask(refusal);
      }
      if (!isTime(now, refusal.tryAt, TRY_EVERY_MS)) return 0;
      refusal.tryAt = now + TRY_EVERY_MS;
      return 1;
    },
    refuse: (now) => {
      refusal = {
        tryAt: now + TRY_EVERY_MS,
        askAt: refusal?.askAt ?? now + ASK_EVERY_MS,
        wasBad: false,
      };
    },
    accept: () => {
      refusal = null;
    },
  };
}

/** Also where the clock was set back since. */
function isTime(now: number, at: number, everyMs: number): boolean {
  return now >= at || at - now > everyMs;
}
