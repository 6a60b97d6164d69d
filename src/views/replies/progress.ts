/** The reply to `/scanprogress [IMAGE]`, visible to the requester, and to a mention, visible to all. */

import type { Button } from '@slack/types';
import type { Diagnosis, EndedScan, Report } from '../../scan/results/report.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { actionItemsIn, actionSectionLines } from '../parts/action-items.ts';
import { openInConsoleButton, refreshButton, shareHereButton, watchHereButton } from '../parts/buttons.ts';
import { actions, context, message, type Message, section } from '../kit/blocks.ts';
import { clock, link, mention } from '../kit/mrkdwn.ts';
import {
  absenceLines,
  progressBlocks,
  progressText,
  runningLine,
  type RunningScan,
} from '../parts/progress.ts';
import { asOfLastResponse, isAbsent, isEnded, toReplyHeadline } from '../parts/state.ts';
import { endedScanLine } from '../parts/result.ts';
import { consoleWords } from '../parts/console-title.ts';
import { commandFor } from '../parts/target-name.ts';

export interface ProgressReplyInput {
  readonly target: Target;
  readonly snapshot: Snapshot;
  /** Findings of an ended scan; left out or null if unknown. */
  readonly report?: Report | null;
  readonly isReportPending?: boolean;
  /** Of a stalled scan; left out or null otherwise, or if unknown. */
  readonly diagnosis?: Diagnosis | null;
  /** Refreshed: the reply showed an earlier scan. */
  readonly isNewer?: boolean;
  /** The scan before, where this one has not ended; left out or null if unknown. */
  readonly before?: EndedScan | null;
  /** Neither tag nor digest was given, so the tag is `latest`. */
  readonly isTagAssumed: boolean;
  /** Only the requester sees it. */
  readonly isEphemeral: boolean;
  /** This conversation watches the target already. */
  readonly isWatchedHere: boolean;
  /** Besides the registry scan, what the conversation watches and runs; left out or empty for none. */
  readonly runningHere?: readonly RunningScan[];
  /** User ID of who shared the reply, null where it was not shared. */
  readonly sharedBy: string | null;
  /** Permalink of the live message here, null for none or if unknown. */
  readonly liveMessageUrl: string | null;
  /** From `consoleLink`. */
  readonly consoleUrl: string | null;
  /** Epoch ms. */
  readonly now: number;
}

export function progressReply(input: ProgressReplyInput): Message {
  const { target } = input;
  const snapshot = asOfLastResponse(input.snapshot);
  return message(progressText(target, snapshot), [
    ...progressBlocks({ ...input, snapshot }, toReplyHeadline(snapshot, input.now, input)),
    section(isAbsent(snapshot.state) && snapshot.scan === 0 ? absenceLines(target, snapshot) : []),
    section(
      isEnded(snapshot.state) ? actionSectionLines(actionItemsIn(input.report ?? null), ACTIONS_MAX) : [],
    ),
    section(runningLines(input.runningHere ?? [])),
    section([input.before ? `${endedScanLine(input.before)}.` : null]),
    context([
      input.isNewer
        ? `A newer scan than this message showed before: ${commandFor('history', target)} has both.`
        : null,
      input.isReportPending ? '*Refresh* shows in a moment what the scan found.' : null,
      input.isTagAssumed ? 'No tag was given, so this is `latest`.' : null,
      input.isWatchedHere ? watchedLine(input.liveMessageUrl) : null,
      sharedLine(input),
      footLine(input),
    ]),
    actions(buttons(input)),
  ]);
}

const ACTIONS_MAX = 5;
const RUNNING_MAX = 5;

/** "What is running?" may mean these as well. */
function runningLines(running: readonly RunningScan[]): string[] {
  if (running.length === 0) return [];
  const left = running.length - RUNNING_MAX;
  return [
    '*Running, and watched here*',
    ...running.slice(0, RUNNING_MAX).map(runningLine),
    ...(left > 0 ? [`and ${left} more: \`/scanprogress list\``] : []),
  ];
}

function watchedLine(liveMessageUrl: string | null): string {
  return `Already watched here${liveMessageUrl === null ? '' : `: ${link(liveMessageUrl, 'live message')}`}.`;
}

function sharedLine({ sharedBy }: ProgressReplyInput): string {
  const who = sharedBy === null ? '' : mention(sharedBy);
  return who === '' ? '' : `Shared by ${who}`;
}

function footLine({ snapshot, now }: ProgressReplyInput): string {
  const { endedAt, answeredAt } = snapshot;
  const when =
    endedAt === null
      ? `As of ${clock(answeredAt ?? now)}`
      : `Ended ${clock(endedAt, '{date_short_pretty} {time}')}`;
  return [consoleWords(snapshot), when].filter((part) => part !== '').join(' · ');
}

/** An ended scan has no watch button: the watch would wait for the next one. */
function buttons({ target, snapshot, ...input }: ProgressReplyInput): (Button | null)[] {
  return [
    input.isWatchedHere || isEnded(snapshot.state) ? null : watchHereButton(target),
    refreshButton(target, snapshot.scan),
    input.isEphemeral ? shareHereButton(target) : null,
    openInConsoleButton(input.consoleUrl),
  ];
}
