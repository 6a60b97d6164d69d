/**
 * The live message of a watch: posted once, edited in place during the scan, and left in a final state without acting
 * buttons.
 */

import type { Button, KnownBlock } from '@slack/types';
import type { Requesters } from '../../scan/control.ts';
import type { DeliveryContent } from '../../scan/delivery.ts';
import type { Diagnosis, EndedScan, Report } from '../../scan/results/report.ts';
import type { Target } from '../../scan/target.ts';
import { openInConsoleButton, stopWatchingButton, watchHereButton } from '../parts/buttons.ts';
import { actions, context, message, type Message, section } from '../kit/blocks.ts';
import { printDuration } from '../kit/duration.ts';
import { clock, mention, mentions } from '../kit/mrkdwn.ts';
import { errorLines, progressBlocks, progressText } from '../parts/progress.ts';
import { endByResult, errorInResult } from '../parts/result.ts';
import { type Headline, isAbsent, isEnded, toHeadline } from '../parts/state.ts';
import { capital } from '../parts/target-name.ts';
import { consoleWords } from '../parts/console-title.ts';
import { waitingLines } from './waiting.ts';

const FOLLOWERS_MAX = 5;

export interface LiveInput {
  readonly watchId: string;
  readonly target: Target;
  readonly content: DeliveryContent;
  /** User IDs of followers, in the order in which they joined. */
  readonly followers: readonly string[];
  /** Result of an ended scan; left out or null if unknown. */
  readonly report?: Report | null;
  /** From `consoleLink`. */
  readonly consoleUrl: string | null;
  readonly watchTtlMs: number;
  readonly requests: Requesters;
  /** Of a stalled scan; left out or null otherwise, or if unknown. */
  readonly diagnosis?: Diagnosis | null;
  /** The scan before the one that is waited for; left out or null if unknown. */
  readonly before?: EndedScan | null;
  /** Nothing is posted of its end. */
  readonly isQuiet?: boolean;
  /** Epoch ms. */
  readonly now: number;
}

export function liveView(liveInput: LiveInput): Message {
  const input = withResult(liveInput);
  const { target, content, diagnosis = null, report = null, now } = input;
  const { snapshot } = content;
  return message(liveText(input), [
    ...progressBlocks({ target, snapshot, diagnosis, report, now }, liveHeadline(input)),
    section(adviceLines(input)),
    context([footLine(input), input.isQuiet === true ? QUIET_END : null]),
    liveActions(input),
  ]);
}

/** Why there was no notification. mrkdwn. */
export const QUIET_END = 'This end is below the threshold set here (`settings`), so nothing was posted.';

/** As the completion says it. */
function withResult(input: LiveInput): LiveInput {
  const { content, report = null } = input;
  const error = errorInResult(report);
  if (error === '') return input;
  const snapshot = endByResult(content.snapshot, report);
  // The progress may show the same error already.
  const isNew = errorLines(snapshot).length === 0;
  const images = isNew ? { ...snapshot.images, error } : snapshot.images;
  return { ...input, content: { ...content, snapshot: { ...snapshot, images } } };
}

/** An expired watch, or one whose scan was not started, no longer waits. */
export function liveText({
  target,
  content: { snapshot, end },
}: Pick<LiveInput, 'target' | 'content'>): string {
  const hasGivenUp = (end === 'expired' || end === 'not-started') && snapshot.state === 'waiting';
  return progressText(target, hasGivenUp ? { ...snapshot, state: 'not running' } : snapshot);
}

function liveHeadline({ content, report = null, watchTtlMs, now }: LiveInput): Headline {
  switch (content.end) {
    case 'expired':
      return {
        emoji: '⚪',
        line: `*Watch ended*: no scan was seen in ${printDuration(watchTtlMs)}`,
      };
    case 'stopped': {
      const who = content.stoppedBy === null ? '' : mention(content.stoppedBy);
      return { emoji: '🔕', line: `*No longer watched*${who === '' ? '' : `: stopped by ${who}`}` };
    }
    case 'folded':
      return { emoji: '🗂️', line: '*Now on a board* in this conversation, which goes on from here' };
    case 'not-started':
      return { emoji: '❌', line: '*Not started*: the Console refused it' };
    case 'scan-ended':
    case null:
      return toHeadline(content.snapshot, now, report);
  }
}

function adviceLines(input: LiveInput): string[] {
  const { content } = input;
  const { snapshot, end } = content;
  const isNoScanExpected = end === 'stopped' || end === 'not-started' || end === 'folded';
  if (isAbsent(snapshot.state)) return isNoScanExpected ? [] : waitingLines(input);
  if (end !== 'stopped' || isEnded(snapshot.state)) return [];
  return ['The scan itself was not affected.'];
}

/** Who started or stopped the scan. */
export function requestLine({ requests }: Pick<LiveInput, 'requests'>): string {
  const { startedBy, requestedBy } = requests;
  const started = startedBy === null ? '' : mention(startedBy);
  const requested = started !== '' || requestedBy === null ? '' : mention(requestedBy.userId);
  const stopped = requests.stoppedBy === null ? '' : mention(requests.stoppedBy);
  return [
    started === '' ? '' : `Started by ${started}`,
    requested === '' ? '' : `Start requested by ${requested}`,
    stopped === '' ? '' : `stopped by ${stopped}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** "Started and watched by @Ben · 3 Defenders · updated 6:14 PM". mrkdwn. */
function footLine(input: LiveInput): string {
  const { content, followers } = input;
  const parts = [
    peopleWords(input.requests, followers),
    content.end === null ? consoleWords(content.snapshot) : '',
  ];
  return capital([...parts, whenWords(content, input.now)].filter((part) => part !== '').join(' · '));
}

function peopleWords(requests: Requesters, followers: readonly string[]): string {
  const people = mentions(followers, FOLLOWERS_MAX);
  const request = requestLine({ requests });
  const isOnePerson = requests.startedBy !== null && mention(requests.startedBy) === people;
  if (isOnePerson && people !== '') return request.replace('Started by', 'Started and watched by');
  return [request, people === '' ? '' : `watched by ${people}`].filter((part) => part !== '').join(' · ');
}

export function whenWords({ snapshot, end }: Pick<DeliveryContent, 'snapshot' | 'end'>, now: number): string {
  if (end === 'folded') return `moved ${clock(now, '{date_short_pretty} {time}')}`;
  if (end === 'stopped') return `updates stopped ${clock(now, '{date_short_pretty} {time}')}`;
  if (end !== null) return `ended ${clock(snapshot.endedAt ?? now, '{date_short_pretty} {time}')}`;
  return `updated ${clock(now, '{time}')}`;
}

function liveActions(input: LiveInput): KnownBlock | null {
  return actions([watchButton(input), openInConsoleButton(input.consoleUrl)]);
}

function watchButton({ watchId, target, content: { end } }: LiveInput): Button | null {
  if (end === null) return stopWatchingButton(watchId, target);
  return end === 'stopped' ? watchHereButton(target, 'Watch here again') : null;
}
