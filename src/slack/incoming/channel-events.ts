/**
 * Events of channels, and App Home opened: subscriptions are paused while Slack accepts no messages in their channel.
 */

import type { App } from '@slack/bolt';
import { messageOf } from '../../errors.ts';
import { renameConversation } from '../../store/maintenance/rename-conversation.ts';
import {
  hasPausedSubscription,
  pauseSubscriptions,
  subscriptionsInChannel,
  resumeSubscriptions,
} from '../../store/subscriptions.ts';
import { claimRequest } from '../../store/inbox.ts';
import { welcomeView } from '../../views/messages/welcome.ts';
import type { CommandContext } from '../context.ts';
import { publishHome } from './app-home.ts';
import { RECOVERED } from './inbox.ts';
import { channelPayload, homePayload, renamedPayload, sharedPayload } from './event-payloads.ts';
import type { Reply } from '../outgoing/reply.ts';

/** `group_*` is the same for private channels. `*_left`: the bot was removed. */
const UNAVAILABLE = ['channel_archive', 'group_archive', 'channel_left', 'group_left'] as const;
const AVAILABLE = ['channel_unarchive', 'group_unarchive', 'member_joined_channel'] as const;

export interface ListenerOptions {
  readonly bot: CommandContext;
  /** Posts a reply to a mention or a modal; never rejects. */
  readonly reply: (reply: Reply) => Promise<void>;
}

export function registerChannelEvents(app: App, { bot, reply }: ListenerOptions): void {
  for (const name of UNAVAILABLE) app.event(name, ({ body }) => logged(bot, () => onUnavailable(bot, body)));
  for (const name of AVAILABLE) {
    app.event(name, ({ body, context }) =>
      logged(bot, () => onAvailable({ bot, reply }, body, context.retryReason === RECOVERED)),
    );
  }
  app.event('channel_id_changed', ({ body }) => logged(bot, () => onRenamed(bot, body)));
  app.event('channel_shared', ({ body }) => logged(bot, () => onShared(bot, body)));
  app.event('channel_unshared', ({ body }) => logged(bot, () => onShared(bot, body)));
  app.event('app_home_opened', ({ body }) =>
    logged(bot, async () => {
      const userId = homePayload(body);
      if (userId !== null) await publishHome(bot, userId);
    }),
  );
}

/** Only subscriptions pause here; watches end when Slack rejects their next message. */
async function onUnavailable(bot: CommandContext, body: unknown): Promise<void> {
  const happened = channelPayload(body, bot.ownUserId());
  if (happened === null) return;
  await pauseSubscriptions(bot.database, happened.channel, bot.now());
  bot.log.info({ channel: happened.channel }, 'channel unavailable; its subscriptions are paused');
}

async function onAvailable({ bot, reply }: ListenerOptions, body: unknown, isRetry: boolean): Promise<void> {
  const happened = channelPayload(body, bot.ownUserId());
  // Of member_joined_channel events, only the bot's own matters.
  const isJoin = JSON.stringify(body).includes('"member_joined_channel"');
  if (happened === null || (isJoin && !happened.isOfBot)) return;
  await resumeChannel(bot, happened.channel);
  if (isJoin) await welcome({ bot, reply }, happened.channel, isRetry);
}

/** Once, and only in a channel without earlier watches. `isRetry`: an earlier process may have posted it. */
async function welcome({ bot, reply }: ListenerOptions, channel: string, isRetry: boolean): Promise<void> {
  const { database, access, now } = bot;
  const isNew = await claimRequest(database, { id: `welcome ${channel}`, at: now() });
  const isKnown = (await subscriptionsInChannel(database, channel)).length > 0;
  if (!(isNew || isRetry) || isKnown || (await access.withheldReason(channel)) !== null) return;
  const searchFrom = isRetry ? now() - REPEATED_WITHIN_MS : null;
  await reply({ channel, thread: '', message: welcomeView(), key: `welcome/${channel}`, searchFrom });
}

/** An older event was never handled, and is dropped. */
const REPEATED_WITHIN_MS = 20 * 60_000;

/** The conversation has a new ID: all its rows move. */
async function onRenamed(bot: CommandContext, body: unknown): Promise<void> {
  const renamed = renamedPayload(body);
  if (renamed === null) return;
  await renameConversation(bot.database, { ...renamed, now: bot.now() });
  bot.wake();
  bot.log.info(renamed, 'Slack gave a channel another ID');
}

/** Deliveries to it are sent, or held back, from now on. */
async function onShared(bot: CommandContext, body: unknown): Promise<void> {
  const happened = sharedPayload(body);
  if (happened === null) return;
  // Before the wake-up: the delivery loop decides by what is stored.
  await bot.access.recordSharing(happened.channel, happened.isShared);
  bot.wake();
  bot.log.info(happened, 'a channel is shared with another organisation, or no longer');
}

/** Also where a person writes to the bot: it is a member, and the event about that may have been lost. */
export async function resumeChannel(bot: CommandContext, channel: string): Promise<void> {
  const woken = await resumeSubscriptions(bot.database, channel, bot.now());
  if (woken > 0) bot.log.info({ channel, woken }, 'channel available again; its subscriptions resume');
}

/** For typed commands, which work without the bot and prove nothing. */
export async function resumeIfPostable(bot: CommandContext, channel: string): Promise<void> {
  // The database first: most commands then cost no call of Slack.
  if (!(await hasPausedSubscription(bot.database, channel))) return;
  if ((await bot.mayPost(channel)) === 'yes') await resumeChannel(bot, channel);
}

async function logged(bot: CommandContext, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    bot.log.error({ error: messageOf(error) }, 'Slack event failed');
  }
}
