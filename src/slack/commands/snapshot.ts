/** The snapshot for a reply: the latest of the watch list where fresh, otherwise a new poll. */

import { withTimeout } from '../../async.ts';
import { messageOf } from '../../errors.ts';
import type { Observed, Snapshot } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { findTarget } from '../../store/targets.ts';
import type { CommandContext } from '../context.ts';

/** A reply is promised within 15 s; Slack's own call at the end takes part of them. */
export const SNAPSHOT_LIMIT_MS = 12_000;

/** Younger than two ticks is the freshest possible; but no reply may be a minute old. */
const FRESH_MS = 10_000;

/** Maximum age of a snapshot for a reply, ms. */
export function freshForMs(tickMs: number): number {
  return Math.min(2 * tickMs, FRESH_MS);
}

/** The part of CommandContext that this needs. */
export type PollContext = Pick<CommandContext, 'database' | 'observe' | 'freshForMs' | 'now' | 'log'>;

/** null where the Console takes too long: the poll goes on, and its observation is recorded. */
export async function readSnapshot(bot: PollContext, target: Target): Promise<Snapshot | null> {
  const fresh = await freshSnapshot(bot, target);
  if (fresh !== null) return fresh;
  const observing = bot.observe(target);
  // After the time limit no caller waits for it.
  observing.catch((error: unknown) => bot.log.debug({ error: messageOf(error) }, 'poll failed'));
  const observed = await withTimeout(observing, SNAPSHOT_LIMIT_MS);
  return observed === null ? null : withFailure(observed);
}

/** The watch list's latest snapshot, null where it is not fresh or the last poll failed. */
export async function freshSnapshot(
  { database, now, freshForMs: ageMs }: Pick<PollContext, 'database' | 'now' | 'freshForMs'>,
  target: Target,
): Promise<Snapshot | null> {
  const stored = await findTarget(database, target);
  if (stored === null || stored.state.failures > 0 || stored.state.snapshot.answeredAt === null) return null;
  const age = now() - stored.state.snapshot.answeredAt;
  // After the clock moved back, a response is dated in the future; it is not fresh for an hour.
  return age >= 0 && age < ageMs ? stored.state.snapshot : null;
}

/** A reply shows the first failed poll; a live message waits for the second. */
function withFailure({ snapshot, failure }: Observed): Snapshot {
  return failure === null ? snapshot : { ...snapshot, state: 'unknown', failure };
}
