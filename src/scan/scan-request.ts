/** Requests from Slack to start or stop a scan: which scan each is about, and whether a started one never showed up. */

import { NO_REQUESTERS, type Requesters } from './control.ts';
import type { Snapshot } from './snapshot.ts';
import { isLikelyOutOfScope } from './state/fingerprint.ts';
import { scanOf, type TargetState } from './state/target-state.ts';

export type RequestKind = 'start' | 'stop';
/** `asked`: no response yet. `unclear`: the Console may have done it. */
export type RequestOutcome = 'asked' | 'done' | 'failed' | 'unclear';

export interface ScanRequest {
  readonly kind: RequestKind;
  readonly userId: string;
  readonly channel: string;
  readonly outcome: RequestOutcome;
  /** Epoch ms. */
  readonly at: number;
  /** Number of the latest scan by then; 0 for none. */
  readonly scans: number;
  /** Number of the first scan since that was not over by then; null where none was seen. */
  readonly nextScan: number | null;
}

/** A queued scan may start this long after its request. */
const QUEUED_MS = 15 * 60_000;

/** The Console responds to a start within this time, or the process that sent it crashed. */
const RESPONSE_WITHIN_MS = 5 * 60_000;

/**
 * Who started and stopped the scan of this snapshot. Without a scan at `now`, epoch ms: who requested the one that is
 * awaited. `requests`: newest first, without those that failed.
 */
export function requestersOf(
  requests: readonly ScanRequest[],
  { scan, startedAt, now }: Pick<Snapshot, 'scan' | 'startedAt'> & { readonly now: number },
): Requesters {
  if (scan === 0 || startedAt === null) return awaitedFrom(requests, now);
  const start = startOf(requests, { scan, startedAt });
  const stop = requests.find(({ kind, scans }) => kind === 'stop' && scans === scan);
  return { startedBy: start?.userId ?? null, stoppedBy: stop?.userId ?? null, requestedBy: null };
}

/** The request that started this scan. `requests`: newest first. */
export function startOf(
  requests: readonly ScanRequest[],
  { scan, startedAt }: { readonly scan: number; readonly startedAt: number },
): ScanRequest | undefined {
  return requests.find(
    ({ kind, scans, nextScan, at }) =>
      kind === 'start' && (nextScan ?? scans + 1) === scan && startedAt - at < QUEUED_MS,
  );
}

/** The last start, unless its scan was seen, was stopped, or is overdue. */
function awaitedFrom([last]: readonly ScanRequest[], now: number): Requesters {
  const isAwaited = last?.kind === 'start' && last.nextScan === null && Math.abs(now - last.at) < QUEUED_MS;
  if (!isAwaited) return NO_REQUESTERS;
  const { userId, outcome, at } = last;
  if (outcome === 'done') return { ...NO_REQUESTERS, startedBy: userId };
  const isAmbiguous = outcome === 'unclear' || Math.abs(now - at) >= RESPONSE_WITHIN_MS;
  return { ...NO_REQUESTERS, requestedBy: { userId, isAmbiguous } };
}

/** The Console takes a while to show a started scan. */
const START_LIMIT_MS = 60_000;
/** After this time a notice is of no use. */
const STALE_MS = 30 * 60_000;
/** Minimum of polls before a missing scan counts as silent. */
const TICKS = 3;

/** Between which times a start was requested whose silence is worth a notice now, epoch ms. */
export function silentBetween({ now, tickMs }: { readonly now: number; readonly tickMs: number }): {
  readonly from: number;
  readonly to: number;
} {
  return { from: now - Math.max(STALE_MS, TICKS * tickMs), to: now - START_LIMIT_MS };
}

/** The Console took it, or may have, and shows nothing. A scan seen before the request is not the requested one. */
export function isSilentStart(
  { outcome, at, scans }: Pick<ScanRequest, 'outcome' | 'at' | 'scans'>,
  { state, now }: { readonly state: TargetState; readonly now: number },
): boolean {
  const isTaken = outcome === 'asked' ? now - at >= RESPONSE_WITHIN_MS : outcome !== 'failed';
  const { answeredAt } = state.snapshot;
  const hasChecked = answeredAt !== null && answeredAt >= at + START_LIMIT_MS;
  const isUnseen = state.scanCount <= scans && scanOf(state) === null;
  return isTaken && hasChecked && isUnseen && isLikelyOutOfScope(state.snapshot);
}
