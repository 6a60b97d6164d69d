/**
 * How long a session token of the Console is to be used. A token is opaque to us but for its two dates, and need not
 * even be a JWT.
 */

import { z } from 'zod';

const DEFAULT_LIFETIME_MS = 30 * 60_000;
// The vendor's advice for SaaS: a new token every five minutes.
const LONGEST_USE_MS = 5 * 60_000;
const MARGIN_MS = 60_000;
// A token that lives shorter than this would have us sign in for every request; it is left to be refused.
const SHORTEST_USE_MS = 10_000;

const claims = z.object({ exp: z.number(), iat: z.number().optional() });

export interface TokenUse {
  /** Renew the token when it is this old. */
  readonly renewAfterMs: number;
  /** It may still be used until this old, should the renewal fail. */
  readonly lifetimeMs: number;
}

/** `now` is epoch ms. */
export function toTokenUse(token: string, now: number): TokenUse {
  const lifetimeMs = parseLifetimeMs(token, now) ?? DEFAULT_LIFETIME_MS;
  const early = Math.max(lifetimeMs - MARGIN_MS, lifetimeMs / 2);
  return { renewAfterMs: Math.max(SHORTEST_USE_MS, Math.min(LONGEST_USE_MS, early)), lifetimeMs };
}

// Both dates come from the Console's clock: their difference holds however wrong ours is. With `exp` alone ours has to
// do, and a token that seems to have expired at birth shows that it does not.
function parseLifetimeMs(token: string, now: number): number | null {
  const parsed = claims.safeParse(parsePayload(token));
  if (!parsed.success) return null;
  const { exp, iat } = parsed.data;
  const lifetimeMs = iat === undefined ? exp * 1_000 - now : (exp - iat) * 1_000;
  return lifetimeMs > 0 ? lifetimeMs : null;
}

function parsePayload(token: string): unknown {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
