/** Replies to `subscribe` and `unsubscribe`. */

import type { NamedTarget } from '../../scan/command.ts';
import type { ChannelSettings } from '../../scan/channel-settings.ts';
import type { Target } from '../../scan/target.ts';
import { type Message, note } from '../kit/blocks.ts';
import { mention } from '../kit/mrkdwn.ts';
import { commandFor } from '../parts/target-name.ts';
import { assumedLine, names } from './watch.ts';

export function subscribedView(input: {
  readonly created: readonly NamedTarget[];
  /** Subscribed before. */
  readonly before: readonly Target[];
  /** Who did it: everyone sees it. */
  readonly by: string;
  readonly settings: ChannelSettings;
}): Message {
  const { created, before, settings } = input;
  const targets = created.map(({ target }) => target);
  const already = before.length === 0 ? null : `This channel is already subscribed to ${names(before)}.`;
  if (targets.length === 0) return note(already ?? 'Nothing was named.', [LIST_HINT]);
  const who = mention(input.by);
  return note(
    `${who === '' ? 'This channel is now subscribed' : `${who} subscribed this channel`} to ${names(targets)}.`,
    [whatFollows(settings), already, assumedLine(created), LIST_HINT],
  );
}

function whatFollows({ showLiveMessages, completionIn, areMentionsOn }: ChannelSettings): string {
  const mentions = areMentionsOn
    ? 'Nobody is mentioned unless they ask with `watch`.'
    : 'Nobody is mentioned.';
  if (!showLiveMessages) return `I’ll post the end of every scan here, and nothing before it. ${mentions}`;
  const end = completionIn === 'thread' ? 'one reply to it at the end' : 'one post here at the end';
  return `Every scan from now on gets one live message here and ${end}. ${mentions}`;
}

/** `missed`: named, but not subscribed. `there`: all subscriptions before. */
export function unsubscribedView(input: {
  readonly ended: readonly Target[];
  readonly missed: readonly Target[];
  readonly subscribed: readonly Target[];
  /** Who did it: everyone sees it. */
  readonly by: string;
}): Message {
  const { ended, missed, subscribed } = input;
  const who = mention(input.by);
  const subject =
    who === '' ? 'This channel is no longer subscribed to' : `${who} unsubscribed this channel from`;
  const lines = [
    ...(ended.length === 0 ? [] : [`${subject} ${names(ended)}.`]),
    ...(missed.length === 0 ? [] : [`This channel is not subscribed to ${names(missed)}.`]),
  ];
  const [first = 'Nothing was named.', ...more] = lines;
  const [target] = missed;
  if (ended.length > 0 || target === undefined) return note(first, more);
  const what = subscribed.length === 0 ? commandFor('subscribe', target) : null;
  return note(first, [what === null ? `Subscribed to here: ${names(subscribed)}.` : `To begin: ${what}`]);
}

/** Reply to a click on a button of a subscription that has ended. */
export function subscriptionOverView(): Message {
  return note('This subscription has already ended.', [LIST_HINT]);
}

const LIST_HINT = '`/scanprogress list` shows what is watched and subscribed to here.';
