/**
 * Listeners of commands, mentions, direct messages and clicks: acknowledgement and reply. One of the four places that
 * catch errors: they are logged, and the person is notified.
 */

import type { App, RespondArguments, RespondFn } from '@slack/bolt';
import { messageOf } from '../../errors.ts';
import { toDatabaseError } from '../../store/drivers/errors.ts';
import { inConversation, toDirectSyntax, toMentionSyntax } from '../../views/kit/mention-syntax.ts';
import { kindOfChannel } from '../../views/parts/channel.ts';
import { internalErrorView } from '../../views/replies/watch.ts';
import type { Admission } from '../access/access.ts';
import { admit, isAdmitted, deniedView } from '../access/inside.ts';
import { ackIfLate } from './acknowledge.ts';
import { beginClick } from './actions.ts';
import type { Invocation, CommandContext, Request } from '../context.ts';
import {
  type ListenerOptions,
  registerChannelEvents,
  resumeChannel,
  resumeIfPostable,
} from './channel-events.ts';
import { beginCommand, meantIn } from '../commands/run.ts';
import { registerModals } from './modals.ts';
import { publishHome } from './app-home.ts';
import { RECOVERED } from './inbox.ts';
import { understand } from '../commands/understand.ts';
import { actionPayload, channelOf, commandPayload, eventPayload, type Mention } from './payloads.ts';
import { type AckTarget, createAckTarget, type ResponseTarget } from '../outgoing/respond.ts';
import { APP_UNINSTALLED, BOT_TOKEN_REVOKED } from '../../views/parts/readiness.ts';
import { describeDatabaseError } from '../../views/parts/database-error.ts';
import { isBotRevoked } from './event-payloads.ts';

export function registerListeners(app: App, options: ListenerOptions): void {
  app.command('/scanprogress', async ({ ack, body, respond }) => {
    await onCommand(options, { ack, body, respond });
  });
  app.event('app_mention', async ({ body, context }) => onMention(options, body, context));
  app.event('message', async ({ body, context }) => onMention(options, body, context));
  registerModals(app, options);
  registerChannelEvents(app, options);
  registerAppEvents(app, options.bot);
  // All buttons, also unknown ones of later versions: each click must be acknowledged.
  app.action(/.*/, async ({ ack, body, respond }) => {
    await onClick(options, { ack: () => ack(), body, respond });
  });
}

interface Received {
  readonly ack: (message?: RespondArguments) => Promise<void>;
  readonly body: unknown;
  readonly respond: RespondFn;
}

/** A reply that is ready within this time, ms, goes out in the acknowledgement, which waits for nothing else. */
const REPLY_WITHIN_MS = 25;

function onCommand({ bot }: ListenerOptions, { ack, body, respond }: Received): Promise<void> {
  // `channelOf` never throws: an invalid payload is parsed below, where its error becomes a reply.
  const target = createAckTarget(bot, { ack, canAckCarry: true, respond, channel: channelOf(body) });
  return acknowledge(bot, { ...target, waitMs: REPLY_WITHIN_MS }, async (respond) => {
    const { invocation, text } = commandPayload(body);
    const request = { bot, invocation };
    const admission = await admit(request);
    if (!isAdmitted(admission)) return deny(request, admission, respond);
    const understood = meantIn(request, await understand(bot, text, invocation));
    const finish = await beginCommand(request, understood);
    return {
      logFields: { command: understood.command.name, ...idsOf(invocation) },
      finish: async () => {
        for await (const { isForAll = false, ...message } of finish()) {
          // Where Slack hides the members, no reply is public.
          const reply = invocation.kind === 'channel' ? message : inConversation(message);
          await respond(reply, { isShared: isForAll && admission === 'yes' });
        }
        // After the reply: it may call Slack, and the person need not wait.
        await resumeIfPostable(bot, invocation.conversation.channel);
      },
    };
  });
}

function onClick({ bot }: ListenerOptions, { ack, body, respond }: Received): Promise<void> {
  const target = createAckTarget(bot, { ack, canAckCarry: false, respond, channel: channelOf(body) });
  return acknowledge(bot, { ...target, waitMs: 0 }, async (respond) => {
    const click = actionPayload(body);
    if (click === null) return null;
    const request = { bot, invocation: click.invocation };
    if (!click.isInHome) {
      const admission = await admit(request);
      if (!isAdmitted(admission)) return deny(request, admission, respond);
    } else if (!(await mayUseHome(bot, click.invocation))) {
      return {
        logFields: { action: click.actionId, ...idsOf(click.invocation) },
        // Published again instead: a click on App Home has no response_url for a reply.
        finish: () => publishHome(bot, click.invocation.userId),
      };
    }
    const finish = await beginClick(bot, click);
    return {
      logFields: { action: click.actionId, ...idsOf(click.invocation) },
      finish: () => finish(respond),
    };
  });
}

/** A person whom Slack does not identify may be of another organisation: App Home says so. */
async function mayUseHome({ access }: CommandContext, { userId }: Invocation): Promise<boolean> {
  const membership = await access.membership(userId);
  return membership !== null && membership !== 'stranger';
}

/** null where nothing follows: a click that cannot be read, or a denial without a reply. */
type Begin = (respond: ResponseTarget) => Promise<{
  /** For the log. */
  readonly logFields: object;
  readonly finish: () => Promise<void>;
} | null>;

type DeniedAdmission = Exclude<Admission, 'yes' | 'alone'>;

/** Nothing is done; members of this organisation see why. */
function deny(
  { bot, invocation }: Request,
  admission: DeniedAdmission,
  respond: ResponseTarget,
): Awaited<ReturnType<Begin>> {
  const view = deniedView(admission, invocation);
  bot.log.warn({ ...idsOf(invocation), admission }, NOT_ADMITTED);
  return view === null
    ? null
    : { logFields: { admission, ...idsOf(invocation) }, finish: () => respond(view) };
}

const NOT_ADMITTED = 'nothing is done for somebody in a conversation with another organisation';

function idsOf({ userId, conversation }: Invocation) {
  return { user: userId, channel: conversation.channel };
}

interface Acknowledging extends AckTarget {
  /** How long the acknowledgement may wait for the reply; that of a click carries nothing, and does not wait. */
  readonly waitMs: number;
}

/** Acknowledges after the commit, and also after a failure: the reply says why. */
async function acknowledge(
  bot: CommandContext,
  { respond, acknowledge, waitMs }: Acknowledging,
  begin: Begin,
): Promise<void> {
  const startedAt = bot.now();
  try {
    const begun = await ackIfLate(begin(respond), acknowledge);
    if (begun === null) return;
    await ackIfLate(begun.finish(), acknowledge, waitMs);
    bot.log.info({ ...begun.logFields, ms: bot.now() - startedAt }, 'replied');
  } catch (error) {
    bot.log.error({ error: messageOf(error) }, 'command failed');
    // Before the acknowledgement, which may carry it.
    await respond(internalErrorView(reasonOf(error)));
  } finally {
    await acknowledge();
  }
}

/** A mention or a direct message; the inbox ensures that each is handled once. */
async function onMention(
  options: ListenerOptions,
  body: unknown,
  { retryReason }: { readonly retryReason?: string },
): Promise<void> {
  const { bot } = options;
  const spoken = eventPayload(body, bot.ownUserId());
  if (spoken === null) return;
  try {
    await replyToMention(options, { ...spoken, isRetry: retryReason === RECOVERED });
  } catch (error) {
    // No error goes to people of another organisation where they get no reply; `app.error` logs it.
    if (spoken.isShared === true && !bot.access.isAllowed(spoken.conversation.channel)) throw error;
    bot.log.error({ event: spoken.eventId, error: messageOf(error) }, 'mention failed');
    await options.reply({
      ...spoken.replyTo,
      message: internalErrorView(reasonOf(error)),
      key: `${spoken.eventId}/broken`,
      searchFrom: null,
    });
  }
}

/** A reason that the person can pass on to operators; null where only the log has it. */
function reasonOf(error: unknown): string | null {
  const databaseError = toDatabaseError(error);
  return databaseError === null ? null : describeDatabaseError(databaseError).headline;
}

async function replyToMention(
  { bot, reply }: ListenerOptions,
  spoken: Mention & { readonly isRetry: boolean },
): Promise<void> {
  const { userId, conversation, isRetry } = spoken;
  const searchFrom = isRetry ? spoken.sentAt : null;
  const invocation: Invocation = {
    userId,
    conversation,
    kind: kindOfChannel(conversation.channel),
    teamId: spoken.teamId,
    isTyped: true,
    isEphemeral: false,
    isRetry,
    messageTs: spoken.ts,
    triggerId: null,
  };
  const request = { bot, invocation };
  // Before admission: the payload is newer than what the database knows.
  if (spoken.isShared !== null) await bot.access.recordSharing(conversation.channel, spoken.isShared);
  const admission = await admit(request);
  if (admission !== 'yes') return replyElsewhere({ bot, reply }, { invocation, spoken, admission });
  // A mention proves that the bot is a member.
  await resumeChannel(bot, conversation.channel);
  const startedAt = bot.now();
  const understood = meantIn(request, await understand(bot, spoken.text, invocation));
  const finish = await beginCommand(request, understood);
  const toSyntax = invocation.kind === 'direct' ? toDirectSyntax : toMentionSyntax;
  let number = 0;
  for await (const message of finish()) {
    // The same after a crash, so that a repeated reply is found and not posted again.
    const key = `${spoken.eventId}/${number}`;
    await reply({ ...spoken.replyTo, message: toSyntax(message), key, searchFrom });
    number += 1;
  }
  bot.log.info(
    { command: understood.command.name, ...idsOf(invocation), ms: bot.now() - startedAt },
    'replied',
  );
}

/** Where Slack does not say who reads a conversation, the reply is a direct message. */
async function replyElsewhere(
  { bot, reply }: ListenerOptions,
  {
    invocation,
    spoken,
    admission,
  }: {
    readonly invocation: Invocation;
    readonly spoken: Mention;
    readonly admission: Exclude<Admission, 'yes'>;
  },
): Promise<void> {
  bot.log.warn({ ...idsOf(invocation), admission }, NOT_ADMITTED);
  // A reply to a mention is never ephemeral, so `alone` allows none in the conversation.
  const view = deniedView(admission === 'alone' ? 'unknown' : admission, invocation);
  if (view === null) return;
  await reply({
    // With a user ID, Slack posts in the app's direct messages with that person.
    channel: invocation.userId,
    thread: '',
    message: toMentionSyntax(view),
    key: `${spoken.eventId}/turned-away`,
    searchFrom: invocation.isRetry ? spoken.sentAt : null,
  });
}

/** Sending stops, and nothing is deleted: a reinstalled app goes on with its watches. */
function registerAppEvents(app: App, bot: Pick<CommandContext, 'onTokenLost'>): void {
  app.event('app_uninstalled', () => {
    bot.onTokenLost(APP_UNINSTALLED);
    return Promise.resolve();
  });
  app.event('tokens_revoked', ({ body }) => {
    if (isBotRevoked(body)) bot.onTokenLost(BOT_TOKEN_REVOKED);
    return Promise.resolve();
  });
}
