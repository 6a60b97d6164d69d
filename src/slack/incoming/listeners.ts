/**
 * The edge to Slack: commands, mentions, direct messages and clicks, each with its acknowledgement and its answer.
 * One of the four places that catch: whatever goes wrong here is logged, and the person is told.
 */

import type { App, RespondFn } from '@slack/bolt';
import { messageOf } from '../../errors.ts';
import { toDatabaseFault } from '../../store/drivers/errors.ts';
import { spokenView } from '../../views/kit/mention-syntax.ts';
import { kindOfChannel } from '../../views/parts/channel.ts';
import { brokenView } from '../../views/replies/watch.ts';
import type { Admission } from '../access/access.ts';
import { admit, isAnswered, turnedAwayView } from '../access/inside.ts';
import { inTime } from './acknowledge.ts';
import { beginClick } from './actions.ts';
import type { Asker, Bot, Request } from '../context.ts';
import { registerChannelEvents, wake, wakeWhereTaken } from './channel-events.ts';
import { beginCommand } from '../commands/run.ts';
import { registerAppEvents } from './app-events.ts';
import { registerDialogs } from './modals.ts';
import { publishHome } from './app-home.ts';
import { RECOVERED } from './inbox.ts';
import { understand } from '../commands/understand.ts';
import { actionPayload, channelOf, commandPayload, eventPayload, type SpokenTo } from './payloads.ts';
import type { Reply } from '../outgoing/reply.ts';
import { type Answer, createResponder } from '../outgoing/respond.ts';

export interface ListenerOptions {
  readonly bot: Bot;
  /** Posts an answer to a mention, or to a dialog; never rejects. */
  readonly reply: (answer: Reply) => Promise<void>;
}

export function registerListeners(app: App, options: ListenerOptions): void {
  app.command('/scanprogress', async ({ ack, body, respond }) => {
    await onCommand(options, { ack, body, respond });
  });
  app.event('app_mention', async ({ body, context }) => onSpokenTo(options, body, context));
  app.event('message', async ({ body, context }) => onSpokenTo(options, body, context));
  registerDialogs(app, options);
  registerChannelEvents(app, options);
  registerAppEvents(app, options.bot);
  app.action(/.*/, async ({ ack, body, respond }) => {
    await onClick(options, { ack, body, respond });
  });
}

interface Received {
  readonly ack: () => Promise<void>;
  readonly body: unknown;
  readonly respond: RespondFn;
}

function onCommand({ bot }: ListenerOptions, received: Received): Promise<void> {
  return acknowledge(bot, received, async (answer) => {
    const { asker, text } = commandPayload(received.body);
    const request = { bot, asker };
    const admission = await admit(request);
    if (!isAnswered(admission)) return turnAway(request, admission, answer);
    const understood = await understand(bot, text);
    const finish = await beginCommand(request, understood);
    return {
      asked: { command: understood.command.name, ...idsOf(asker) },
      finish: async () => {
        for await (const { isForAll = false, ...message } of finish()) {
          // Where Slack hides who is there, nothing is said to all.
          await answer(message, { isShared: isForAll && admission === 'yes' });
        }
        await wakeWhereTaken(bot, asker.place.channel);
      },
    };
  });
}

function onClick({ bot }: ListenerOptions, received: Received): Promise<void> {
  return acknowledge(bot, received, async (answer) => {
    const click = actionPayload(received.body);
    if (click === null) return null;
    const request = { bot, asker: click.asker };
    if (!click.isInHome) {
      const admission = await admit(request);
      if (!isAnswered(admission)) return turnAway(request, admission, answer);
    } else if (!(await mayUseHome(bot, click.asker))) {
      return {
        asked: { action: click.actionId, ...idsOf(click.asker) },
        finish: () => publishHome(bot, click.asker.userId),
      };
    }
    const finish = await beginClick(bot, click);
    return { asked: { action: click.actionId, ...idsOf(click.asker) }, finish: () => finish(answer) };
  });
}

/** Whom Slack does not tell may be of another organisation: Home is drawn anew, which says so. */
async function mayUseHome({ access }: Bot, { userId }: Asker): Promise<boolean> {
  const standing = await access.standing(userId);
  return standing !== null && standing !== 'stranger';
}

/** null where nothing was asked. */
type Begin = (answer: Answer) => Promise<{
  /** For the log. */
  readonly asked: object;
  readonly finish: () => Promise<void>;
} | null>;

type TurnedAway = Exclude<Admission, 'yes' | 'alone'>;

/** Nothing is done; one of this organisation is told why. */
function turnAway(
  { bot, asker }: Request,
  admission: TurnedAway,
  answer: Answer,
): Awaited<ReturnType<Begin>> {
  const view = turnedAwayView(admission, asker);
  bot.log.warn({ ...idsOf(asker), admission }, NOT_ADMITTED);
  return view === null ? null : { asked: { admission, ...idsOf(asker) }, finish: () => answer(view) };
}

const NOT_ADMITTED = 'nothing is done for somebody in a conversation with another organisation';

function idsOf({ userId, place }: Asker) {
  return { user: userId, channel: place.channel };
}

/** Slack is told "received" once what was asked is committed, and also when that fails: the person is told why. */
async function acknowledge(bot: Bot, { ack, body, respond }: Received, begin: Begin): Promise<void> {
  const answer = createResponder(bot, respond, channelOf(body));
  try {
    const startedAt = bot.now();
    const begun = await inTime(begin(answer), () => acknowledged(bot, ack));
    if (begun === null) return;
    await begun.finish();
    bot.log.info({ ...begun.asked, ms: bot.now() - startedAt }, 'answered');
  } catch (error) {
    bot.log.error({ error: messageOf(error) }, 'a command could not be answered');
    await answer(brokenView(reasonOf(error)));
  }
}

/** A socket that breaks right now loses the acknowledgement, not what was committed: the answer still goes out. */
async function acknowledged(bot: Bot, ack: () => Promise<void>): Promise<void> {
  await ack().catch((error: unknown) =>
    bot.log.warn({ error: messageOf(error) }, 'an acknowledgement was lost'),
  );
}

/** A mention, or a direct message; the inbox sees to it that each is answered once. */
async function onSpokenTo(
  options: ListenerOptions,
  body: unknown,
  { retryReason }: { readonly retryReason?: string },
): Promise<void> {
  const { bot } = options;
  const spoken = eventPayload(body, bot.ownUserId());
  if (spoken === null) return;
  try {
    await answerSpoken(options, { ...spoken, isRepeated: retryReason === RECOVERED });
  } catch (error) {
    if (spoken.isShared === true) throw error;
    bot.log.error({ event: spoken.eventId, error: messageOf(error) }, 'a mention could not be answered');
    await options.reply({
      ...spoken.replyTo,
      message: brokenView(reasonOf(error)),
      key: `${spoken.eventId}/broken`,
      lookFrom: null,
    });
  }
}

/** What a person may pass on to those who run the bot; null where only the log knows. */
function reasonOf(error: unknown): string | null {
  return toDatabaseFault(error)?.headline ?? null;
}

async function answerSpoken(
  { bot, reply }: ListenerOptions,
  spoken: SpokenTo & { readonly isRepeated: boolean },
): Promise<void> {
  const { userId, place, isRepeated } = spoken;
  const lookFrom = isRepeated ? spoken.saidAt : null;
  const asker: Asker = {
    userId,
    place,
    kind: kindOfChannel(place.channel),
    teamId: spoken.teamId,
    isTyped: true,
    isEphemeral: false,
    isRepeated,
    triggerId: null,
  };
  const request = { bot, asker };
  if (spoken.isShared !== null) await bot.access.noteSharing(place.channel, spoken.isShared);
  const admission = await admit(request);
  if (admission !== 'yes') return answerElsewhere({ bot, reply }, { asker, spoken, admission });
  await wake(bot, place.channel);
  const startedAt = bot.now();
  const understood = await understand(bot, spoken.text);
  const finish = await beginCommand(request, understood);
  let number = 0;
  for await (const message of finish()) {
    const key = `${spoken.eventId}/${number}`;
    await reply({ ...spoken.replyTo, message: spokenView(message), key, lookFrom });
    number += 1;
  }
  bot.log.info({ command: understood.command.name, ...idsOf(asker), ms: bot.now() - startedAt }, 'answered');
}

/** Nothing is said in a conversation of which Slack does not tell who hears it: the person is told in direct messages. */
async function answerElsewhere(
  { bot, reply }: ListenerOptions,
  {
    asker,
    spoken,
    admission,
  }: { readonly asker: Asker; readonly spoken: SpokenTo; readonly admission: Exclude<Admission, 'yes'> },
): Promise<void> {
  bot.log.warn({ ...idsOf(asker), admission }, NOT_ADMITTED);
  const view = turnedAwayView(admission === 'alone' ? 'unknown' : admission, asker);
  if (view === null) return;
  await reply({
    // To a person's ID Slack posts in the app's own conversation with that person.
    channel: asker.userId,
    thread: '',
    message: spokenView(view),
    key: `${spoken.eventId}/turned-away`,
    lookFrom: asker.isRepeated ? spoken.saidAt : null,
  });
}
