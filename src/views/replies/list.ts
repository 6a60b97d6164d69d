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
  /** The list may be shortened; `total` has its length. */
  readonly watches: readonly WatchItem[];
  readonly total: number;
  /** All of them; the first ones are shown. */
  readonly subscriptions: readonly SubscriptionItem[];
  /** In a public message, people are counted and not mentioned: a list must not notify anyone. */
  readonly isEphemeral: boolean;
  /** Why the bot cannot post here; null where it may, or if unknown. */
  readonly noPost?: { readonly kind: ConversationKind; readonly why: NoPost } | null;
  /** Watches of others are hidden from the person. */
  readonly isOnlyOwn?: boolean;
}

export function watchListView(input: WatchListInput): Message {
  const { total, subscriptions, noPost = null, isOnlyOwn = false } = input;
  const foot = [
    context([isOnlyOwn ? onlyOwnLine() : null]),
    section([noPost === null ? null : `⚠️ I cannot post here. ${postStep(noPost.kind, noPost.why)}`]),
  ];
  if (total === 0 && subscriptions.length === 0) return emptyList(foot);
  return message(
    [watchTitle(total), subscriptionTitle(subscriptions.length)].filter(isNotEmpty).join(' · '),
    [...watchSections(input), ...subscriptionSections(input), ...foot],
  );
}

function isNotEmpty(text: string): boolean {
  return text !== '';
}

function watchTitle(total: number): string {
  if (total === 0) return '';
  return `${total} ${total === 1 ? 'scan is' : 'scans are'} watched here`;
}

function subscriptionTitle(total: number): string {
  if (total === 0) return '';
  return `${total} ${total === 1 ? 'subscription' : 'subscriptions'}`;
}

function watchSections({ watches, total, isEphemeral }: WatchListInput): (KnownBlock | null)[] {
  if (total === 0) return [];
  const shown = watches.slice(0, WATCHES_MAX);
  const left = total - shown.length;
  return [
    section([`*${watchTitle(total)}*`]),
    ...shown.map((watch) => watchSection(watch, isEphemeral)),
    context([left > 0 ? `and ${left} more. \`/scanprogress unwatch IMAGE\` stops one by its name.` : null]),
  ];
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
