/** The reply to `list`: watches and subscriptions of this conversation, with a button each to stop it. */

import type { KnownBlock, SectionBlock } from '@slack/types';
import type { Snapshot } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { stopInListButton, unsubscribeButton } from '../parts/buttons.ts';
import { context, message, type Message, section } from '../kit/blocks.ts';
import { type ConversationKind, type NoPost, postStep } from '../parts/channel.ts';
import { link, mention, mentions } from '../kit/mrkdwn.ts';
import { onlyOwnLine } from './denials.ts';
import { asOfLastResponse, STATE_EMOJI, stateWords } from '../parts/state.ts';
import { shortName } from '../parts/target-name.ts';

const WATCHES_MAX = 20;
const SUBSCRIPTIONS_MAX = 20;
const PEOPLE_MAX = 3;

export interface WatchItem {
  readonly watchId: string;
  readonly target: Target;
  readonly snapshot: Snapshot;
  readonly followers: readonly string[];
  /** Permalink of its live message, null if unknown. */
  readonly liveMessageUrl: string | null;
}

export interface SubscriptionItem {
  readonly subscriptionId: string;
  readonly target: Target;
  /** The channel accepts no messages for now. */
  readonly isPaused: boolean;
  readonly createdBy: string;
}

interface WatchListInput {
  /** Of this conversation, which is a thread where there is an `elsewhere`. */
  readonly watches: readonly WatchItem[];
  /** Of the channel around the thread. */
  readonly elsewhere?: readonly WatchItem[];
  /** All of them; the first ones are shown. */
  readonly subscriptions: readonly SubscriptionItem[];
  /** In a public message, people are counted and not mentioned: a list must not notify anyone. */
  readonly isEphemeral: boolean;
  /** Why the bot cannot post here; null where it may, or if unknown. */
  readonly noPost?: { readonly kind: ConversationKind; readonly why: NoPost } | null;
  /** Watches of others are hidden from the person. */
  readonly isOnlyOwn?: boolean;
  /** A direct message, where "my watches" may be those of channels. */
  readonly isDirect?: boolean;
}

export function watchListView(input: WatchListInput): Message {
  const { watches, elsewhere, subscriptions, noPost = null, isOnlyOwn = false, isDirect = false } = input;
  const foot = [
    context([isOnlyOwn ? onlyOwnLine() : null, isDirect ? OF_CHANNELS : null]),
    section([noPost === null ? null : `⚠️ I cannot post here. ${postStep(noPost.kind, noPost.why)}`]),
  ];
  const groups = [
    { watches, title: watchTitle(watches, elsewhere === undefined ? 'here' : 'in this thread') },
    { watches: elsewhere ?? [], title: watchTitle(elsewhere ?? [], 'elsewhere in this channel') },
  ].filter((group) => group.watches.length > 0);
  if (groups.length === 0 && subscriptions.length === 0) return emptyList(foot);
  const titles = [...groups.map(({ title }) => title), subscriptionTitle(subscriptions.length)];
  return message(titles.filter(isNotEmpty).join(' · '), [
    ...watchSections(groups, input),
    ...subscriptionSections(input),
    ...foot,
  ]);
}

const OF_CHANNELS = 'What you watch in channels is on my *Home* tab.';

function isNotEmpty(text: string): boolean {
  return text !== '';
}

function watchTitle({ length }: readonly WatchItem[], where: string): string {
  return `${length} ${length === 1 ? 'scan is' : 'scans are'} watched ${where}`;
}

function subscriptionTitle(total: number): string {
  if (total === 0) return '';
  return `${total} ${total === 1 ? 'subscription' : 'subscriptions'}`;
}

interface Group {
  readonly title: string;
  readonly watches: readonly WatchItem[];
}

/** In a thread `unwatch IMAGE` does not stop what is watched elsewhere. */
function moreWatches(left: number, isThread: boolean): string {
  return isThread
    ? `and ${left} more. \`/scanprogress list\` in the channel shows them.`
    : `and ${left} more. \`/scanprogress unwatch IMAGE\` stops one by its name.`;
}

function watchSections(
  groups: readonly Group[],
  { isEphemeral, elsewhere }: WatchListInput,
): (KnownBlock | null)[] {
  const total = groups.reduce((sum, { watches }) => sum + watches.length, 0);
  let room = WATCHES_MAX;
  const sections = groups.flatMap(({ title, watches }) => {
    const shown = watches.slice(0, room);
    room -= shown.length;
    if (shown.length === 0) return [];
    return [section([`*${title}*`]), ...shown.map((watch) => watchSection(watch, isEphemeral))];
  });
  const left = total - WATCHES_MAX;
  return [...sections, context([left > 0 ? moreWatches(left, elsewhere !== undefined) : null])];
}

function subscriptionSections({ subscriptions, isEphemeral }: WatchListInput): (KnownBlock | null)[] {
  if (subscriptions.length === 0) return [];
  const shown = subscriptions.slice(0, SUBSCRIPTIONS_MAX);
  const left = subscriptions.length - shown.length;
  const more = `and ${left} more. \`/scanprogress unsubscribe IMAGE\` stops one by its name.`;
  return [
    section([`*${subscriptionTitle(subscriptions.length)}*: every scan is posted here`]),
    ...shown.map((subscription) => subscriptionSection(subscription, isEphemeral)),
    context([left > 0 ? more : null]),
  ];
}

function subscriptionSection(
  { subscriptionId, target, isPaused, createdBy }: SubscriptionItem,
  isEphemeral: boolean,
): KnownBlock | null {
  const who = isEphemeral ? mention(createdBy) : '';
  return section(
    [
      `🔔 ${shortName(target)}${who === '' ? '' : ` · by ${who}`}`,
      isPaused ? 'It is paused, because Slack takes no messages here. It goes on once Slack does.' : null,
    ],
    unsubscribeButton(subscriptionId, target),
  );
}

function emptyList(foot: readonly (KnownBlock | null)[]): Message {
  return message('Nothing is watched here. To begin: `/scanprogress watch alpine:3.16`', [
    section(['*Nothing is watched here.*']),
    section([
      'To begin:',
      '`/scanprogress watch alpine:3.16` for one image',
      '`/scanprogress watch` for the registry scan',
      '`/scanprogress subscribe alpine:3.16` for every scan of it from now on',
    ]),
    ...foot,
  ]);
}

function watchSection(watch: WatchItem, isEphemeral: boolean): SectionBlock | null {
  const snapshot = asOfLastResponse(watch.snapshot);
  return section(
    [
      `${STATE_EMOJI[snapshot.state]} ${shortName(watch.target)}`,
      stateWords(snapshot),
      detailLine(watch, isEphemeral),
    ],
    stopInListButton(watch.watchId, watch.target),
  );
}

function detailLine(
  { followers, liveMessageUrl }: Omit<WatchItem, 'snapshot'>,
  isEphemeral: boolean,
): string {
  const count = new Set(followers).size;
  const people = isEphemeral
    ? mentions(followers, PEOPLE_MAX)
    : `${count} ${count === 1 ? 'person' : 'people'}`;
  const live = liveMessageUrl === null ? '' : link(liveMessageUrl, 'Live message');
  return [live, count === 0 ? '' : people].filter((part) => part !== '').join(' · ');
}
