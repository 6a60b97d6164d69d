/** Ends of which the finished element alone was seen: the results tell whether they are old ones. */

import { endScan, type Transition, type TransitionInput } from './end-scan.ts';
import { beginScan, type UnconfirmedEnd } from './ongoing-scan.ts';
import type { Instant } from '../snapshot.ts';
import { emptyPollsOf, scanOf, type TargetState, toPhase, unconfirmedEndOf } from './target-state.ts';

/** Results that could not be checked for this long, though it was tried, do not hold an end back any longer. */
const UNCONFIRMED_MS = 60_000;

/** A result may show later than the end that it belongs to: until then an older one is no evidence. */
export const SHOWN_LATE_MS = 30_000;

/** `shouldNotify` concerns ends alone: changes are shown all the same. */
export function notEnded(state: TargetState): Transition {
  return { state, ended: null, shouldNotify: false };
}

/** After an outage of the Console the results are checked first: until then none were available. */
export function isHeldForLong(state: TargetState, now: number): boolean {
  const { resultsCheckedAt, baseline } = state;
  const end = unconfirmedEndOf(state);
  if (end === null || resultsCheckedAt === null || now - end.at < UNCONFIRMED_MS) return false;
  // An early check that showed an older result proves nothing: after a restart the next one decides.
  const hasOldResult = (baseline?.resultAt ?? 0) > 0;
  return !hasOldResult || resultsCheckedAt - end.at >= SHOWN_LATE_MS;
}

interface Confirmation {
  readonly shouldNotify: boolean;
  /** Console time of the result that shows it. */
  readonly scannedAt?: number | undefined;
}

/**
 * Ends the scan of which only the finished element was seen; watchers are notified unless it ended before the watch. The
 * next scan goes on where it has begun.
 */
export function endUnconfirmed(
  input: TransitionInput,
  instant: Instant,
  { shouldNotify, scannedAt }: Confirmation,
): Transition {
  const { state } = input;
  const end = unconfirmedEndOf(state);
  if (end === null) return notEnded(state);
  const next = scanOf(state);
  const number = next === null ? state.scanCount + 1 : next.number - 1;
  const scan = beginScan(number, end.registries, { at: end.at, consoleAt: null });
  const observation = next === null ? instant : endInstant(end, instant);
  const over = endScan({ ...input, observation }, scan, { evidence: 'reported', scannedAt });
  // The result of an old end dates it; a later one is still new.
  const lastEndAt = shouldNotify ? over.state.lastEndAt : state.lastEndAt;
  if (next === null) return { ...over, state: { ...over.state, lastEndAt }, shouldNotify };
  const { baseline, pastEtas } = over.state;
  const phase = toPhase({ ...next, endBefore: null }, emptyPollsOf(state));
  const after = { ...state, phase, baseline, pastEtas, lastEndAt };
  return { state: after, ended: over.ended, shouldNotify, watchedUntil: end.at };
}

/** The next scan may have ended by now: only results from before this one's end are old. */
function endInstant({ at }: UnconfirmedEnd, now: Instant): Instant {
  return { at, consoleAt: now.consoleAt === null ? null : now.consoleAt - (now.at - at) };
}
