/** Replies about watches: what was started, ended, or failed, a sentence or two each. */

import type { KnownBlock } from '@slack/types';
import type { NamedTarget } from '../../scan/command.ts';
import type { Target } from '../../scan/target.ts';
import { stopInListButton } from '../parts/buttons.ts';
import { context, message, type Message, note, section } from '../kit/blocks.ts';
import { type ConversationKind, type NoPost, postStep } from '../parts/channel.ts';
import { printDuration } from '../kit/duration.ts';
import { link } from '../kit/mrkdwn.ts';
import { capital, commandFor, scanPhrase, shortName } from '../parts/target-name.ts';

const NAMES_MAX = 10;

/** `isPosted`: the live message exists already. */
export function watchingView(input: { readonly named: NamedTarget; readonly isPosted: boolean }): Message {
  const { named, isPosted } = input;
  const follows = isPosted ? '' : ' The live message follows.';
  return note(`Watching ${scanPhrase(named.target)} here.${follows}`, [assumedLine([named])]);
}

interface AlreadyWatched {
  readonly target: Target;
  /** The person will be notified at the end; false if so before. */
  readonly hasJoined: boolean;
  /** Permalink, null if unknown. */
  readonly liveMessageUrl: string | null;
}

export function alreadyWatchedView({ target, hasJoined, liveMessageUrl }: AlreadyWatched): Message {
  return note(`${capital(scanPhrase(target))} is already watched here.`, [
    hasJoined ? 'You will be mentioned, too, when it ends.' : 'You will be mentioned when it ends.',
    liveMessageUrl === null ? null : link(liveMessageUrl, 'Go to the live message'),
  ]);
}

/** A watch that the reply offers to stop. */
export interface StoppableWatch {
  readonly watchId: string;
  readonly target: Target;
  /** Of another conversation than the reply's. */
  readonly isInThread: boolean;
  /** Permalink, null if unknown. */
  readonly liveMessageUrl: string | null;
}

/** `stopped` and `missed`: named and watched here, or not. `watched`: all watches here before. */
export function unwatchView(input: {
  readonly stopped: readonly Target[];
  readonly missed: readonly Target[];
  readonly watched: readonly StoppableWatch[];
  /** Where the missed ones are watched instead. */
  readonly elsewhere?: readonly StoppableWatch[];
}): Message {
  const { stopped, missed, watched, elsewhere = [] } = input;
  const lines = [
    ...(stopped.length === 0
      ? []
      : [`${scansAre(stopped, 'no longer watched here')} ${unaffected(stopped)}`]),
    ...(missed.length === 0
      ? []
      : [scansAre(missed, elsewhere.length === 0 ? 'not watched here' : 'not watched in this thread')]),
  ];
  const [first = 'Nothing was named.', ...more] = lines;
  const [target] = missed;
  if (elsewhere.length > 0)
    return message(first, [section(lines), ...stopSections(elsewhere, (watch) => `in ${whereOf(watch)}`)]);
  if (stopped.length > 0 || target === undefined) return note(first, more);
  return watched.length === 0
    ? note(first, [`Nothing is watched here. To begin: ${commandFor('watch', target)}`])
    : message(first, [
        section(lines),
        ...stopSections(watched, ({ isInThread }) => (isInThread ? 'in a thread of this channel' : 'here')),
      ]);
}

const STOPPABLE_MAX = 10;

function stopSections(
  watches: readonly StoppableWatch[],
  where: (watch: StoppableWatch) => string,
): (KnownBlock | null)[] {
  const more = watches.length - STOPPABLE_MAX;
  return [
    ...watches.slice(0, STOPPABLE_MAX).map((watch) => stopSection(watch, where(watch))),
    context([more > 0 ? `and ${more} more` : null]),
  ];
}

function stopSection({ watchId, target, liveMessageUrl }: StoppableWatch, where: string) {
  const live = liveMessageUrl === null ? '' : ` · ${link(liveMessageUrl, 'live message')}`;
  return section(
    [`${capital(scanPhrase(target))} is watched ${where}${live}`],
    stopInListButton(watchId, target),
  );
}

function whereOf({ isInThread }: StoppableWatch): string {
  return isInThread ? 'another thread of this channel' : 'the channel itself';
}

function unaffected({ length }: readonly Target[]): string {
  return length === 1 ? 'The scan itself is not affected.' : 'The scans themselves are not affected.';
}

/** What is said of them comes before a long list of their names. */
function scansAre(targets: readonly Target[], what: string): string {
  const [only] = targets;
  return targets.length === 1 && only !== undefined
    ? `${capital(scanPhrase(only))} is ${what}.`
    : `These scans are ${what}: ${names(targets)}.`;
}

/** Reply to a click on a button of a watch that has ended. */
export function watchOverView(): Message {
  return note('This watch has already ended.', ['`/scanprogress list` shows what is watched here.']);
}

export function cannotPostView(
  { kind, why }: { kind: ConversationKind; why: NoPost } = { kind: 'channel', why: 'not-a-member' },
): Message {
  const because = why === 'not-a-member' ? ', because I am not a member of this conversation' : '';
  const isFixable = kind === 'channel' && why !== 'restricted';
  return note(`I cannot post here${because}.`, [
    `${postStep(kind, why)}${isFixable ? ' Then try again.' : ''}`,
  ]);
}

/** It may be open again by now. */
export function wasArchivedView(): Message {
  return note('I could not post here: this conversation was archived, so nothing is watched.', [
    'Once it is open again in Slack, watch again.',
  ]);
}

/** The Console has not responded yet; this reply is sent within the promised time. */
export function stillPollingView(input: { readonly target: Target; readonly waitedMs: number }): Message {
  const { target, waitedMs } = input;
  return note(`The Console has not answered within ${printDuration(waitedMs)}.`, [
    `Ask again in a minute, or watch ${scanPhrase(target)}, and I’ll keep asking: ${commandFor('watch', target)}`,
  ]);
}

/** No request was sent yet: the Console allows 30 requests in 30 s. */
export function rateLimitedView(input: { readonly target: Target; readonly againInMs: number }): Message {
  const { target, againInMs } = input;
  return note('Too many people are asking at once: I ask the Console 30 times in 30 s at most.', [
    `Ask again in ${printDuration(againInMs)}, or watch ${scanPhrase(target)}, and I’ll keep asking: ${commandFor('watch', target)}`,
  ]);
}

/** Reply to an internal error. `reason`: a sentence without its period, null where only the log has it. */
export function internalErrorView(reason: string | null = null): Message {
  return note('Something went wrong in scanprogress, and the log has the details.', [
    reason === null ? null : `${reason}.`,
    'Try again in a minute. If this goes on, tell the people who run this bot.',
  ]);
}

export function assumedLine(targets: readonly NamedTarget[]): string | null {
  const assumed = targets.filter(({ isTagAssumed }) => isTagAssumed).length;
  if (assumed === 0) return null;
  return assumed === targets.length
    ? 'No tag was given, so this is `latest`.'
    : 'Where no tag was given, it is `latest`.';
}

export function names(targets: readonly Target[]): string {
  const shown = targets.slice(0, NAMES_MAX).map(targetInList).join(', ');
  return targets.length > NAMES_MAX ? `${shown} and ${targets.length - NAMES_MAX} more` : shown;
}

function targetInList(target: Target): string {
  return target.kind === 'regular' ? 'the registry scan' : shortName(target);
}
