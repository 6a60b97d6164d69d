/**
 * The reply to `history`: the last scans of a target, newest first; above them the trends of duration and findings,
 * oldest first.
 */

import type { Findings } from '../../scan/results/findings.ts';
import type { ScanState } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { openInConsoleButton } from '../parts/buttons.ts';
import { actions, context, header, message, type Message, section } from '../kit/blocks.ts';
import { printDuration } from '../kit/duration.ts';
import { findingsText, printCount } from '../parts/findings.ts';
import { clock, mention } from '../kit/mrkdwn.ts';
import { sparkline } from '../kit/sparkline.ts';
import { completedEmoji, isAbsent, isEnded, STATE_EMOJI } from '../parts/state.ts';
import { commandFor, noScanPhrase, targetText, targetTitle } from '../parts/target-name.ts';

const SCANS_MAX = 10;
const WHEN = '{date_short_pretty} {time}';

export interface PastScan {
  /** Counted from 1 within its target. */
  readonly number: number;
  /** Epoch ms, as the other times. */
  readonly startedAt: number;
  /** False where it was ongoing when first seen: it took longer than since `startedAt`. */
  readonly isStartKnown: boolean;
  /** null while it is ongoing. */
  readonly endedAt: number | null;
  /** `not running` where the Console has said since that nothing runs. */
  readonly state: ScanState;
  /** Of a part: a registry scan completes all the same. */
  readonly hasErrors: boolean;
  readonly images: { readonly scanned: number; readonly total: number };
  /** When the Console last reported it; null if unknown. */
  readonly seenAt: number | null;
  /** null if unknown. */
  readonly findings: Findings | null;
  /** User ID of who started it from Slack; null where it was started elsewhere. */
  readonly requestedBy: string | null;
}

interface HistoryInput {
  readonly target: Target;
  /** Newest first, at most ten. */
  readonly scans: readonly PastScan[];
  readonly consoleUrl: string | null;
  readonly isTagAssumed: boolean;
  readonly now: number;
  /** Only the requester sees it. Otherwise no person is mentioned: history must not notify anyone. */
  readonly isEphemeral?: boolean;
}

export function historyView(input: HistoryInput): Message {
  const { target, consoleUrl, now, isEphemeral = false } = input;
  const scans = input.scans.slice(0, SCANS_MAX);
  const foot = [
    context([input.isTagAssumed ? 'No tag was given, so this is `latest`.' : null]),
    actions([openInConsoleButton(consoleUrl)]),
  ];
  if (scans.length === 0) return message(absence(target), [...emptyBlocks(target), ...foot]);
  const count = `${scans.length} ${scans.length === 1 ? 'scan' : 'scans'}`;
  return message(`History of ${nameIn(target)}: ${count}`, [
    header(`History of ${target.kind === 'regular' ? nameIn(target) : targetTitle(target)}`),
    section(trendLines(scans.toReversed())),
    section(scans.map((scan) => scanLine(scan, { now, isEphemeral }))),
    ...foot,
  ]);
}

function absence(target: Target): string {
  return `${noScanPhrase(target)} was seen yet.`;
}

function emptyBlocks(target: Target) {
  return [
    section([absence(target)]),
    section([
      'I remember the scans that somebody watches:',
      `${commandFor('watch', target)} for the next one`,
      `${commandFor('subscribe', target)} for every one`,
    ]),
  ];
}

function nameIn(target: Target): string {
  return target.kind === 'regular' ? 'the registry scan' : targetText(target);
}

/** One scan has no trend. `scans`: oldest first. */
function trendLines(scans: readonly PastScan[]): string[] {
  const lengths = scans.map(lengthMs);
  const findings = scans.map(({ findings: found }) => (found === null ? null : found.critical + found.high));
  return [trendLine('Duration', lengths, printDuration), trendLine('Critical + high', findings, printCount)];
}

/** "Duration 3 min to 12 min `▂▃█`": the bars come last, because a screen reader spells them out. */
function trendLine(
  name: string,
  values: readonly (number | null)[],
  print: (value: number) => string,
): string {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return '';
  const [least, most] = [print(Math.min(...known)), print(Math.max(...known))];
  return `${name} ${least === most ? least : `${least} to ${most}`}  \`${sparkline(values)}\``;
}

/** null where only a part was seen: its bar would be misleading. */
function lengthMs({ startedAt, isStartKnown, endedAt }: PastScan): number | null {
  return endedAt === null || !isStartKnown ? null : Math.max(0, endedAt - startedAt);
}

function scanLine(scan: PastScan, { now, isEphemeral }: { now: number; isEphemeral: boolean }): string {
  const { startedAt, findings, requestedBy } = scan;
  const who = isEphemeral && requestedBy !== null ? mention(requestedBy) : '';
  return [
    `${emoji(scan)} ${clock(startedAt, WHEN)}`,
    lengthOf(scan, now),
    outcome(scan),
    findings === null ? '' : findingsText(findings),
    who === '' ? '' : `started by ${who}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function emoji({ state, findings, hasErrors }: PastScan): string {
  if (hasErrors) return STATE_EMOJI.stalled;
  return state === 'completed' ? completedEmoji(findings === null ? [] : [findings]) : STATE_EMOJI[state];
}

/** Of a scan that is gone, as long as it was seen. */
function lengthOf({ startedAt, isStartKnown, endedAt, state, seenAt }: PastScan, now: number): string {
  const until = endedAt ?? (isAbsent(state) ? seenAt : null) ?? now;
  const time = printDuration(until - startedAt);
  return isStartKnown ? time : `at least ${time}`;
}

/** Counts are shown where not all was scanned. For an ongoing scan they are as old as its last poll. */
function outcome({ state, hasErrors, images, endedAt, seenAt }: PastScan): string {
  const ending = hasErrors ? 'completed with errors' : state;
  const total = printCount(images.total);
  const scanned = printCount(Math.min(images.scanned, images.total));
  const asOf = endedAt === null && seenAt !== null ? ` as of ${clock(seenAt, WHEN)}` : '';
  const isGone = isAbsent(state);
  if (total === '0' || (isEnded(state) && scanned === total)) return `${ending}${isGone ? '' : asOf}`;
  const counts = `${scanned} of ${total} ${total === '1' ? 'image' : 'images'}`;
  return isGone ? `${state}, last seen at ${counts}` : `${ending}, ${counts}${asOf}`;
}
