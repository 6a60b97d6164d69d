/** Confirmation before everything of a conversation is stopped, and the result. */

import { unsubscribeAllButton, unwatchAllButton } from '../parts/buttons.ts';
import { actions, message, type Message, note, section } from '../kit/blocks.ts';
import { mention } from '../kit/mrkdwn.ts';

export type EndAll = 'unwatch-all' | 'unsubscribe-all';

interface EndAllQuestion {
  /** What would end. */
  readonly count: number;
  readonly thread: string;
  /** Epoch ms. */
  readonly countedAt: number;
  /** What would not end. */
  readonly subscriptions?: number;
}

export function confirmEndAllView(
  kind: EndAll,
  { count, thread, countedAt, subscriptions = 0 }: EndAllQuestion,
): Message {
  const what =
    kind === 'unwatch-all'
      ? plural(count, 'watch', 'watches')
      : plural(count, 'subscription', 'subscriptions');
  const where = thread === '' ? 'this channel and its threads' : 'this thread';
  const line =
    kind === 'unwatch-all' ? `Stop ${what} of ${where}, for everybody?` : `End ${what} of this channel?`;
  const button =
    kind === 'unwatch-all'
      ? unwatchAllButton({ count, countedAt, thread })
      : unsubscribeAllButton({ count, countedAt });
  return message(line, [
    section([line, 'The scans themselves are not affected.', subscriptionsLine(subscriptions)]),
    actions([button]),
  ]);
}

export function nothingToEndView(kind: EndAll, thread = ''): Message {
  if (kind === 'unwatch-all' && thread !== '')
    return note('Nothing is watched in this thread.', [
      '`/scanprogress list` shows what the channel watches.',
    ]);
  return kind === 'unwatch-all'
    ? note(NOTHING_WATCHED, ['To begin: `/scanprogress watch alpine:3.16`'])
    : note('This channel is subscribed to nothing.', ['To begin: `/scanprogress subscribe alpine:3.16`']);
}

/** Who wants a channel to be silent may mean its subscriptions. */
export function onlySubscriptionsView(subscriptions: Pick<EndAllQuestion, 'count' | 'countedAt'>): Message {
  return message(NOTHING_WATCHED, [
    section([NOTHING_WATCHED, subscriptionsLine(subscriptions.count)]),
    actions([unsubscribeAllButton(subscriptions)]),
  ]);
}

const NOTHING_WATCHED = 'Nothing is watched here.';

/** Reply to a confirmation of which nothing was left, where others have begun since. */
export function endedBeforeView(): Message {
  return note('All of these have already ended.', ['`/scanprogress list` shows what has begun since.']);
}

function subscriptionsLine(count: number): string | null {
  if (count === 0) return null;
  const [stays, them] = count === 1 ? ['stays', 'it'] : ['stay', 'them'];
  return `${plural(count, 'subscription', 'subscriptions')} of this channel ${stays}; \`/scanprogress unsubscribe all\` ends ${them}.`;
}

/** `by`: who did it; everyone sees it. */
export function endedAllView(kind: EndAll, count: number, by: string): Message {
  const who = mention(by);
  const end = who === '' ? '' : ` by ${who}`;
  return kind === 'unwatch-all'
    ? note(`${plural(count, 'watch was', 'watches were')} stopped${end}.`, [
        '`/scanprogress list` shows what is left.',
      ])
    : note(`${plural(count, 'subscription was', 'subscriptions were')} ended${end}.`, [
        '`/scanprogress list` shows what is left.',
      ]);
}

function plural(count: number, singular: string, many: string): string {
  return count === 1 ? `1 ${singular}` : `${String(count)} ${many}`;
}
