/** The snapshot that answers a person: the watch list's latest where it is fresh, else what the Console says now. */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { Failure, Snapshot } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { findTarget } from '../../store/targets.ts';
import type { CommandContext } from '../context.ts';

/** An answer is promised within 15 s; Slack's own call at the end takes part of them. */
export const PATIENCE_MS = 12_000;

/** Younger than two ticks, it is as new as it gets; but nobody who asks wants what was so a minute ago. */
const FRESH_MS = 10_000;

/** How old a snapshot may be for an answer, ms. */
export function freshForMs(tickMs: number): number {
  return Math.min(2 * tickMs, FRESH_MS);
}

/** All that a question needs. */
export type Asking = Pick<CommandContext, 'database' | 'observe' | 'freshForMs' | 'now' | 'log'>;

/** null where the Console takes too long: it is still being asked, and what it says is recorded. */
export async function readSnapshot(bot: Asking, target: Target): Promise<Snapshot | null> {
  const fresh = await freshSnapshot(bot, target);
  if (fresh !== null) return fresh;
  const patience = new AbortController();
  const observing = bot.observe(target);
  // After the time limit nobody waits for it any more.
  observing.catch((error: unknown) => bot.log.debug({ error: messageOf(error) }, 'poll failed'));
  try {
    const late = sleep(PATIENCE_MS, null, { signal: patience.signal, ref: false });
    late.catch(() => undefined);
    const observed = await Promise.race([observing, late]);
    return observed === null ? null : withFailure(observed);
  } finally {
    patience.abort();
  }
}

/** The watch list's latest snapshot, null where it is not fresh or the Console did not answer since. */
export async function freshSnapshot(
  { database, now, freshForMs: ageMs }: Pick<Asking, 'database' | 'now' | 'freshForMs'>,
  target: Target,
): Promise<Snapshot | null> {
  const stored = await findTarget(database, target);
  if (stored === null || stored.state.failures > 0 || stored.state.snapshot.answeredAt === null) return null;
  const age = now() - stored.state.snapshot.answeredAt;
  // A clock that was set back makes an answer from the future; it is not fresh for an hour.
  return age >= 0 && age < ageMs ? stored.state.snapshot : null;
}

/** A person who asks is told at once that the Console did not answer; a live message waits for a second failure. */
function withFailure({ snapshot, failure }: { snapshot: Snapshot; failure: Failure | null }): Snapshot {
  return failure === null ? snapshot : { ...snapshot, state: 'unknown', failure };
}
