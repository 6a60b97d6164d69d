/**
 * App Home: what the bot does, the person's watches, subscriptions and settings of their conversations, ongoing scans,
 * help, and the Console's status. Only the person who opened it sees it, so names in it notify no one.
 */

import type { HomeView, KnownBlock, SectionBlock } from '@slack/types';
import type { ChannelSettings } from '../scan/channel-settings.ts';
import type { ConsoleHealth, Snapshot } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import {
  changeSettingsButton,
  refreshHomeButton,
  stopInHomeButton,
  unsubscribeButton,
  watchFromHomeButton,
} from './parts/buttons.ts';
import { actions, context, header, section } from './kit/blocks.ts';
import { channelName, kindOfChannel, type NoPost, postStep } from './parts/channel.ts';
import { failureHeadline, failureLines } from './parts/failure.ts';
import { viewBlocks } from './kit/modal.ts';
import { clock, link, mention } from './kit/mrkdwn.ts';
import { runningLine, type RunningScan } from './parts/progress.ts';
import { asOfLastResponse, STATE_EMOJI, stateWords } from './parts/state.ts';
import { shortName } from './parts/target-name.ts';
import { settingsLine } from './settings/settings.ts';

/** With titles and buttons well below the 100 blocks of a Home. */
const WATCHES_MAX = 30;
const SUBSCRIPTIONS_MAX = 40;
const SETTINGS_MAX = 5;
/** Lines of one section. */
const RUNNING_MAX = 10;

export interface HomeWatch {
  readonly watchId: string;
  readonly target: Target;
  readonly snapshot: Snapshot;
  readonly channel: string;
  readonly liveMessageUrl: string | null;
  /** The person left the channel and others wait for its end. */
  readonly isForMembers?: boolean;
}

export interface HomeSubscription {
  readonly subscriptionId: string;
  readonly target: Target;
  readonly channel: string;
  /** Its channel accepts no messages for now. */
  readonly isPaused: boolean;
  /** Slack's current state; null where the bot may post, or if unknown. */
  readonly noPost?: NoPost | null;
  /** User ID. */
  readonly createdBy: string;
}

export interface HomeInput {
  /** The person's own. Each list may be shortened; `totals` has its length. */
  readonly watches: readonly HomeWatch[];
  readonly subscriptions: readonly HomeSubscription[];
  /**
   * Of channels that the person is a member of: those with a watch or a subscription, and those with a digest whose
   * settings the person changed last.
   */
  readonly settings: readonly { readonly channel: string; readonly settings: ChannelSettings }[];
  readonly running: readonly RunningScan[];
  readonly console: ConsoleHealth;
  readonly totals: { readonly watches: number; readonly subscriptions: number; readonly running: number };
  readonly now: number;
}

export function homeView(input: HomeInput): HomeView {
  return {
    type: 'home',
    blocks: viewBlocks([
      section(WHAT_IT_DOES),
      actions([watchFromHomeButton(), refreshHomeButton()]),
      ...watchBlocks(input),
      ...subscriptionBlocks(input),
      ...settingsBlocks(input),
      ...runningBlocks(input),
      header('Help'),
      section(HELP),
      header('The Console'),
      section(healthLines(input.console)),
      context([`As of ${clock(input.now)}`]),
    ]),
  };
}

const WHAT_IT_DOES = [
  'I show how far a registry scan of Prisma Cloud is, when it ends and what it found.',
  'Watch an image with the button below, or type `/scanprogress watch alpine:3.16` in a channel.',
];

const HELP = [
  '`/scanprogress help` shows all that you can type.',
  'In a thread, mention me: `@scanprogress` alone shows the images that are named there.',
];

/** Settings belong to a channel; a person has none. */
function settingsBlocks({ settings }: HomeInput): (KnownBlock | null)[] {
  if (settings.length === 0) return [];
  return [
    header('Settings of my channels'),
    ...settings
      .slice(0, SETTINGS_MAX)
      .map(({ channel, settings: shown }) =>
        section([channelName(channel), settingsLine(shown)], changeSettingsButton(channel)),
      ),
    moreLine(settings.length - SETTINGS_MAX, '`/scanprogress settings` in a channel shows its own.'),
  ];
}

function healthLines({ isReachable, answeredAt, failure }: ConsoleHealth): string[] {
  const last = answeredAt === null ? 'It has not answered yet.' : `It last answered at ${clock(answeredAt)}.`;
  if (isReachable === null) return ['⏳ The Console has not been asked yet.'];
  if (isReachable)
    return [answeredAt === null ? '✅ The Console answers.' : `✅ The Console answers. ${last}`];
  if (failure === null) return [`❌ *The Console does not answer.* ${last} The bot tries again.`];
  return [`❌ *${failureHeadline(failure)}.* ${last}`, ...failureLines(failure)];
}

function watchBlocks({ watches, totals }: HomeInput): (KnownBlock | null)[] {
  const shown = watches.slice(0, WATCHES_MAX);
  return [
    header('My watches'),
    ...shown.map(watchSection),
    shown.length === 0
      ? section(['You watch nothing.'])
      : moreLine(
          totals.watches - shown.length,
          '`/scanprogress list` in a channel shows what is watched there.',
        ),
  ];
}

function watchSection({
  watchId,
  target,
  channel,
  liveMessageUrl,
  isForMembers = false,
  ...watch
}: HomeWatch): SectionBlock | null {
  const snapshot = asOfLastResponse(watch.snapshot);
  const live = liveMessageUrl === null ? '' : ` · ${link(liveMessageUrl, 'Live message')}`;
  return section(
    [
      `${STATE_EMOJI[snapshot.state]} ${shortName(target)}`,
      stateWords(snapshot),
      `in ${channelName(channel)}${live}`,
      isForMembers ? 'You have left, and others wait for it: only members can stop it.' : null,
    ],
    isForMembers ? undefined : stopInHomeButton(watchId, target),
  );
}

function runningBlocks({ running, totals }: HomeInput): (KnownBlock | null)[] {
  const shown = running.slice(0, RUNNING_MAX);
  return [
    header('Running scans'),
    section(
      shown.length === 0
        ? ['No scan is running in your conversations. To see any other: `/scanprogress alpine:3.16`']
        : shown.map(runningLine),
    ),
    moreLine(totals.running - shown.length, '`/scanprogress IMAGE` tells of each.'),
  ];
}

function subscriptionBlocks({ subscriptions, totals }: HomeInput): (KnownBlock | null)[] {
  const shown = subscriptions.slice(0, SUBSCRIPTIONS_MAX);
  return [
    header('Subscriptions'),
    ...shown.map(subscriptionSection),
    shown.length === 0
      ? section(['There are none. To follow every scan in a channel, type `/scanprogress subscribe` there.'])
      : moreLine(
          totals.subscriptions - shown.length,
          '`/scanprogress list` in a channel shows what it subscribes to.',
        ),
  ];
}

function subscriptionSection(subscription: HomeSubscription): SectionBlock | null {
  const { subscriptionId, target, channel, createdBy } = subscription;
  const who = mention(createdBy);
  return section(
    [
      `🔔 ${shortName(target)}`,
      `in ${channelName(channel)}${who === '' ? '' : ` · by ${who}`}`,
      pausedLine(subscription),
    ],
    unsubscribeButton(subscriptionId, target),
  );
}

function pausedLine({ channel, isPaused, noPost = null }: HomeSubscription): string | null {
  if (!isPaused && noPost === null) return null;
  const step = postStep(kindOfChannel(channel), noPost ?? 'not-a-member');
  return `⚠️ ${isPaused ? 'It rests, because' : 'It waits:'} I cannot post there. ${step}`;
}

function moreLine(left: number, where: string): KnownBlock | null {
  return left > 0 ? context([`and ${left} more. ${where}`]) : null;
}

/** Nothing is shown where Slack does not identify the person. */
export function unknownHomeView(): HomeView {
  return {
    type: 'home',
    blocks: viewBlocks([
      section(['Slack does not tell me just now who you are. Try again in a minute.'], refreshHomeButton()),
    ]),
  };
}
