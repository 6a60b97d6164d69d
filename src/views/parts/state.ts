/**
 * Each state as one emoji, one word, one line. Red means failure only. Emoji are characters, because some clients show
 * `:names:` unchanged in titles and notifications.
 */

import { hasError } from '../../scan/state/end.ts';
import type { Findings } from '../../scan/results/findings.ts';
import type { Report } from '../../scan/results/report.ts';
import { type ScanState, type Snapshot, stalledSince } from '../../scan/snapshot.ts';
import { printDuration, printMinutes } from '../kit/duration.ts';
import { clock } from '../kit/mrkdwn.ts';
import { failureClause } from './failure.ts';
import { isNothingScanned, knownFindings } from './result.ts';
import { knownSteps, printStep } from './steps.ts';

export interface Headline {
  readonly emoji: string;
  /** mrkdwn. */
  readonly line: string;
}

export const STATE_EMOJI: Readonly<Record<ScanState, string>> = {
  waiting: '⏳',
  discovering: '🔵',
  scanning: '🔵',
  completed: '🏁',
  failed: '❌',
  stopped: '⏹️',
  stalled: '⚠️',
  'not running': '⚪',
  unknown: '❔',
};

/** Of a completed scan, by its severest finding. */
const FOUND_EMOJI = { critical: '🟠', high: '🟡' } as const;
/** Only if no part failed and the findings are known, none critical or high. */
const CLEAN_EMOJI = '✅';

/** `isAll`: nothing is unknown. */
export function completedEmoji(findings: readonly Findings[], isAll = findings.length > 0): string {
  const has = (severity: keyof typeof FOUND_EMOJI) => findings.some((found) => found[severity] >= 1);
  if (has('critical')) return FOUND_EMOJI.critical;
  if (has('high')) return FOUND_EMOJI.high;
  return isAll ? CLEAN_EMOJI : STATE_EMOJI.completed;
}

/** Other symbols are followed by their meaning. */
export const LEGEND = `Completed: ${CLEAN_EMOJI} nothing critical or high · ${FOUND_EMOJI.high} high · ${FOUND_EMOJI.critical} critical · ${STATE_EMOJI.completed} findings not all known`;

export function toHeadline(snapshot: Snapshot, now: number, report: Report | null = null): Headline {
  return { emoji: emojiOf(snapshot, report), line: headlineOf(snapshot, now) };
}

interface Found {
  readonly report?: Report | null;
  readonly isReportPending?: boolean;
}

export function toReplyHeadline(
  snapshot: Snapshot,
  now: number,
  { report = null, isReportPending = false }: Found,
): Headline {
  if (!isReportPending) return toHeadline(snapshot, now, report);
  const { emoji, line } = toHeadline(snapshot, now);
  return { emoji, line: `${line} · findings not known yet` };
}

/** ✅ only if no part failed and the findings are known, none critical or high: never for a registry scan. */
export function emojiOf(snapshot: Snapshot, report: Report | null): string {
  if (isNothingScanned(snapshot, report)) return STATE_EMOJI['not running'];
  if (snapshot.state !== 'completed') return STATE_EMOJI[snapshot.state];
  if (hasFailedPart(snapshot) || hasFailedSpecification(report)) return STATE_EMOJI.stalled;
  const findings = knownFindings(report);
  // Of the registry scan only the worst images are read.
  return completedEmoji(findings, report?.kind === 'image' && findings.length > 0);
}

function hasFailedSpecification(report: Report | null): boolean {
  return report?.kind === 'regular' && report.failed.length > 0;
}

/** A registry scan completes although some registries failed: no green tick. */
export function hasFailedPart({ state, registries }: Snapshot): boolean {
  return state === 'completed' && registries.some(hasError);
}

export function isEnded(state: ScanState): boolean {
  return state === 'completed' || state === 'failed' || state === 'stopped';
}

/** No scan is seen. */
export function isAbsent(state: ScanState): boolean {
  return state === 'waiting' || state === 'not running';
}

/** Once the Console has said that nothing runs, no scan is shown as ongoing: its counts are the last known ones. */
export function asOfLastResponse(snapshot: Snapshot): Snapshot {
  const { scan, endedAt, state, emptyAnswers } = snapshot;
  const isGone = scan > 0 && endedAt === null && emptyAnswers > 0 && state !== 'unknown';
  return isGone ? { ...snapshot, state: 'not running' } : snapshot;
}

/** For a line of a list: "scanning · tags 1/1 · images 7/12", "not running · last seen at tags 1/1 · images 7/12". */
export function stateWords(snapshot: Snapshot): string {
  const { state, discovery, images } = snapshot;
  if (!isAbsent(state)) return `${state} · ${knownSteps(snapshot)}`;
  return discovery.total > 0 || images.total > 0 ? `${state} · last seen at ${knownSteps(snapshot)}` : state;
}

/** Duration of the scan since it was first seen; "at least" where it was ongoing by then. null if unknown. */
export function scanTime({ startedAt, isStartKnown, endedAt }: Snapshot, now: number): string | null {
  if (startedAt === null) return null;
  const ms = (endedAt ?? now) - startedAt;
  if (isStartKnown) return printDuration(ms);
  return ms >= WORTH_SHOWING_MS ? `at least ${printDuration(ms)}` : null;
}

/** "Completed in 3 min", but "after at least 3 min". */
export function tookJoin({ isStartKnown }: Pick<Snapshot, 'isStartKnown'>): string {
  return isStartKnown ? ' in ' : ' after ';
}

/** "At least 1 s" is useless for a scan that may have run for an hour. */
const WORTH_SHOWING_MS = 10_000;

function headlineOf(snapshot: Snapshot, now: number): string {
  const time = scanTime(snapshot, now);
  switch (snapshot.state) {
    case 'waiting':
      return snapshot.scope === 'outside' ? OUT_OF_SCOPE : '*Waiting* for a scan to start';
    case 'discovering':
      return withTime('*Discovering tags*', ' · ', time);
    case 'scanning':
      return withTime('*Scanning images*', ' · ', time) + timeLeft(snapshot.remainingMs);
    case 'completed':
      return withTime(
        hasFailedPart(snapshot) ? '*Completed with errors*' : '*Completed*',
        tookJoin(snapshot),
        time,
      );
    case 'failed':
      return withTime('*Failed*', ' after ', time);
    case 'stopped':
      return withTime('*Stopped*', ' after ', time);
    case 'stalled':
      return stalledLine(snapshot);
    case 'not running':
      return snapshot.scope === 'outside' ? OUT_OF_SCOPE : '*Not running*: the Console reports no such scan';
    case 'unknown':
      return `*Unknown*: ${snapshot.failure === null ? 'the Console is out of reach' : failureClause(snapshot.failure)}`;
  }
}

const OUT_OF_SCOPE = '*Out of scope*, it seems: no registry specification of the Console covers this image';

/** " · about 4 min left". */
export function timeLeft(remainingMs: number | null | undefined): string {
  if (remainingMs === null || remainingMs === undefined) return '';
  return remainingMs === 0 ? ' · under a minute left' : ` · about ${printMinutes(remainingMs)} left`;
}

function stalledLine(snapshot: Snapshot): string {
  const { discovery, images } = snapshot;
  const at = images.total > 0 ? `${printStep(images)} images` : `${printStep(discovery)} tags`;
  const where = discovery.total > 0 || images.total > 0 ? ` at ${at}` : '';
  return `*Stalled*${where}${sinceWords(snapshot)}`;
}

/** " since Jan 2, 6:14 PM" of a stalled scan: nothing changes that would edit its message, so a duration would stay as it is. */
export function sinceWords(snapshot: Snapshot): string {
  const since = stalledSince(snapshot);
  return since === null ? '' : ` since ${clock(since, '{date_short_pretty} {time}')}`;
}

function withTime(word: string, join: string, time: string | null): string {
  return time === null ? word : word + join + time;
}
