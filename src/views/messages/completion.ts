/**
 * The one new post at the end of a watch. It notifies people's phones, so it says only who, what, how it ended, how
 * long it took, and what next.
 */

import type { Snapshot } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import type { Button } from '@slack/types';
import type { Report } from '../../scan/results/report.ts';
import type { ActionItem } from '../../scan/results/vulnerabilities.ts';
import { actionItemBlocks, actionItemLines, actionItemsIn } from '../parts/action-items.ts';
import { openInConsoleButton, rescanButton } from '../parts/buttons.ts';
import { actions, context, message, type Message, section } from '../kit/blocks.ts';
import { printDuration } from '../kit/duration.ts';
import { whatToDoAboutStart, whyNotTaken } from '../replies/start-stop.ts';
import { stepAfterFailure } from '../parts/cause.ts';
import { failureHeadline } from '../parts/failure.ts';
import { type LiveInput, liveText, requestLine } from './live.ts';
import { mentions } from '../kit/mrkdwn.ts';
import { imageLines, reportBlocks } from '../parts/report.ts';
import {
  errorLines,
  errorsIn,
  evidenceLine,
  failuresIn,
  hasCounts,
  withoutRepeats,
} from '../parts/progress.ts';
import { scanTime, emojiOf, hasFailedPart, isEnded, tookJoin } from '../parts/state.ts';
import { printSteps } from '../parts/steps.ts';
import { endByResult, errorInResult, findingsInText, isNothingScanned } from '../parts/result.ts';
import { capital, commandFor, noScanPhrase, scanPhrase, subjectOf } from '../parts/target-name.ts';

/** All followers are mentioned, up to what one message can hold. */
const MENTIONS_MAX = 60;

export interface CompletionInput extends Omit<LiveInput, 'watchId'> {
  /** Findings of the scan; null if unknown. */
  readonly report: Report | null;
  /** False where the channel's settings allow no mentions now. */
  readonly mayMention: boolean;
  /** SCAN_OPERATORS is set. */
  readonly isRescanOffered: boolean;
  /** Slack refused the blocks: all there is to say is in the text. */
  readonly isPlain?: boolean;
}

/** The text starts with the public form, then findings and mentions, in case Slack accepts only the text. */
export function completionView(completionInput: CompletionInput): Message {
  const input = withOutcome(completionInput);
  const people = input.mayMention ? mentions(input.followers, MENTIONS_MAX) : '';
  const text = liveText(input) + findingsInText(input.report);
  const lines = linesOf(input);
  const items = actionItemsIn(input.report);
  const twin = input.isPlain === true ? actionItemLines(items) : [];
  return message([people === '' ? text : `${text} · ${people}`, ...twin].join('\n'), [
    ...(input.report?.kind === 'regular'
      ? [section(lines), ...reportBlocks(input.report), section([people])]
      : [section([...lines, people]), ...actionItemBlocks(items)]),
    context([requestLine(input)]),
    actions([rescan(input), consoleButton(input, items)]),
  ]);
}

function consoleButton({ consoleUrl }: CompletionInput, { length }: readonly ActionItem[]): Button | null {
  return length === 0
    ? openInConsoleButton(consoleUrl)
    : openInConsoleButton(consoleUrl, 'All in the Console');
}

function linesOf(input: CompletionInput): (string | null)[] {
  switch (input.content.end) {
    case 'expired':
      return expiredLines(input);
    case 'not-started':
      return notStartedLines(input);
    default:
      return endedLines(input);
  }
}

function withOutcome(input: CompletionInput): CompletionInput {
  const { report, content } = input;
  if (report?.kind === 'regular') return { ...input, report: withoutRepeats(report, content.snapshot) };
  if (report?.kind !== 'image' || errorInResult(report) === '') return input;
  // An error that the progress shows is not repeated below it.
  const isNew = errorLines(content.snapshot).length === 0;
  return {
    ...input,
    content: { ...content, snapshot: endByResult(content.snapshot, report) },
    report: isNew ? report : { ...report, error: '' },
  };
}

function rescan({ isRescanOffered, content, target }: CompletionInput): Button | null {
  const isWorthIt = content.end === 'scan-ended' || content.end === 'not-started';
  return isRescanOffered && isWorthIt ? rescanButton(target) : null;
}

function endedLines({
  target,
  content: { snapshot },
  report,
  isRescanOffered,
  now,
}: CompletionInput): (string | null)[] {
  return [
    `${emojiOf(snapshot, report)} ${subjectOf(target)} ${endWords(snapshot, report, now)}`,
    ...(report?.kind === 'image' ? imageLines(report) : []),
    hasCounts(snapshot) ? printSteps(snapshot) : null,
    ...errorLines(snapshot, failuresIn(report)),
    evidenceLine(snapshot),
    isNothingScanned(snapshot, report) ? whyNothing(target) : null,
    isNothingScanned(snapshot, report) ||
    snapshot.evidence === 'vanished' ||
    (report !== null && snapshot.state === 'completed')
      ? null
      : nextStep(snapshot, target, isRescanOffered),
  ];
}

function endWords(snapshot: Snapshot, report: Report | null, now: number): string {
  if (isNothingScanned(snapshot, report)) return '*ended, and nothing was scanned*';
  return `*${verb(snapshot)}*${duration(snapshot, now)}`;
}

function expiredLines({ target, content: { snapshot }, watchTtlMs }: CompletionInput): string[] {
  return [
    `⚪ ${noScanPhrase(target)} was seen in ${printDuration(watchTtlMs)}, so this watch has ended.`,
    snapshot.failure === null ? whatToCheck(target) : `${failureHeadline(snapshot.failure)}.`,
    `To watch again: ${commandFor('watch', target)}`,
  ];
}

function notStartedLines({ target, content: { snapshot } }: CompletionInput): string[] {
  const { failure } = snapshot;
  const what = `❌ ${capital(scanPhrase(target))} *was not started*`;
  return failure === null
    ? [`${what}.`]
    : [`${what}: ${whyNotTaken(failure)}.`, ...whatToDoAboutStart(failure)];
}

function whyNothing(target: Target): string {
  const what = target.kind === 'regular' ? 'the registry settings' : 'that tag in its registry';
  return `The Console found no image for it. Check ${what}, and the registry’s credentials in the Console.`;
}

function whatToCheck(target: Target): string {
  return target.kind === 'regular'
    ? 'Check in the Console that registry scans are scheduled.'
    : 'Check the spelling of the tag, and that the image’s registry is configured in the Console.';
}

function verb(snapshot: Snapshot): string {
  switch (snapshot.state) {
    case 'completed':
      return hasFailedPart(snapshot) ? 'completed with errors' : 'completed';
    case 'failed':
      return 'failed';
    case 'stopped':
      return 'was stopped';
    default:
      // Fallback: a watch normally ends with its scan.
      return 'is no longer watched';
  }
}

function duration(snapshot: Snapshot, now: number): string {
  const time = scanTime(snapshot, now);
  if (time === null || !isEnded(snapshot.state)) return '';
  return snapshot.state === 'completed' ? tookJoin(snapshot) + time : ` after ${time}`;
}

function nextStep(snapshot: Snapshot, { kind }: Target, isRescanOffered: boolean): string | null {
  switch (snapshot.state) {
    case 'completed':
      return 'The findings are in the Console.';
    case 'failed':
      return stepAfterFailure([...errorsIn(snapshot).keys()].join(' '), kind);
    case 'stopped':
      return isRescanOffered
        ? 'If that was not meant: *Scan again*.'
        : 'If that was not meant, start it again in the Console.';
    default:
      return null;
  }
}
