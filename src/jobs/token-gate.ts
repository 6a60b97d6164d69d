/**
 * Holds deliveries back while Slack rejects the token. Every few seconds auth.test checks the token; a delivery is
 * tried when it is accepted again, otherwise once a minute. One success releases all. In memory only: another process
 * may have another token, and a restart tries immediately.
 */

import type { Settlement } from './settle.ts';

/** A token without a needed scope passes auth.test, so only a delivery shows that it was fixed. */
const TRY_EVERY_MS = 60_000;
const CHECK_EVERY_MS = 5_000;

export interface TokenGate {
  /** Deliveries that may start at `now`, epoch ms. */
  allowed(now: number): number;
  reject(now: number): void;
  accept(): void;
}

interface RejectedToken {
  tryAt: number;
  checkAt: number;
  /** A token that lacks a scope always passes auth.test, so only a change counts. */
  wasBad: boolean;
}

/** `isGood`: whether Slack accepts the token; null where it does not say. Never rejects. */
export function createTokenGate(isGood: () => Promise<boolean | null>): TokenGate {
  let rejection: RejectedToken | null = null;

  async function check(current: RejectedToken): Promise<void> {
    const isAccepted = await isGood();
    if (isAccepted === false) current.wasBad = true;
    if (isAccepted === true && current.wasBad) current.tryAt = 0;
  }

  return {
    allowed(now) {
      if (rejection === null) return Infinity;
      if (isTime(now, rejection.checkAt, CHECK_EVERY_MS)) {
        rejection.checkAt = now + CHECK_EVERY_MS;
        void check(rejection);
      }
      if (!isTime(now, rejection.tryAt, TRY_EVERY_MS)) return 0;
      rejection.tryAt = now + TRY_EVERY_MS;
      return 1;
    },
    reject: (now) => {
      rejection = {
        tryAt: now + TRY_EVERY_MS,
        checkAt: rejection?.checkAt ?? now + CHECK_EVERY_MS,
        wasBad: false,
      };
    },
    accept: () => {
      rejection = null;
    },
  };
}

export interface TokenReport {
  /** Called with Slack's error code when it rejects the token; with null when it accepts it. */
  readonly onTokenChange?: (error: string | null) => void;
  readonly now: () => number;
}

/** What a call showed of the token. */
export function recordToken(
  { onTokenChange, now }: TokenReport,
  token: TokenGate,
  settlement: Settlement,
): void {
  if (settlement.kind === 'unauthorized') {
    token.reject(now());
    onTokenChange?.(settlement.error);
  }
  if (settlement.kind === 'done') {
    token.accept();
    onTokenChange?.(null);
  }
}

/** Also true where the clock moved back since. */
function isTime(now: number, at: number, everyMs: number): boolean {
  return now >= at || at - now > everyMs;
}
