/**
 * The edge to Slack: commands, mentions, direct messages and clicks, each with its acknowledgement and its answer.
 * One of the four places that catch: whatever goes wrong here is logged, and the person is told.
 */

import type { App, RespondFn } from '@slack/bolt';
import { messageOf } from '../errors.ts';
import { toDatabaseFault } from '../store/fault.ts';
import { spokenView } from '../views/spoken.ts';
import { brokenView } from '../views/watching.ts';
import { inTime } from './acknowledge.ts';
import { beginClick } from './actions.ts';
import { answering, type Asker, type Bot } from './bot.ts';
import { registerChannelEvents, wake, wakeWhereTaken } from './channel-events.ts';
import { showNamedInThread } from './commands/named-images.ts';
import { beginCommand } from './commands/run.ts';
import { registerDialogs } from './dialogs.ts';
import { RECOVERED } from './inbox.ts';
import { parseCommand } from './parse-command.ts';
import { actionPayload, commandPayload, eventPayload, type SpokenTo } from './payloads.ts';
import type { Reply } from './reply.ts';
import { type Answer, createResponder } from './respond.ts';

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
  registerChannelEvents(app, options.bot);
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
    const command = parseCommand(text);
    const finish = await beginCommand({ bot, asker }, command);
    return {
      asked: { command: command.name, ...idsOf(asker) },
      finish: async () => {
        for await (const { isForAll = false, ...message } of finish()) {
          await answer(message, { isShared: isForAll });
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
    const finish = await beginClick(bot, click);
    return { asked: { action: click.actionId, ...idsOf(click.asker) }, finish: () => finish(answer) };
  });
}

/** null where nothing was asked. */
type Begin = (answer: Answer) => Promise<{
  /** For the log. */
  readonly asked: object;
  readonly finish: () => Promise<void>;
} | null>;

function idsOf({ userId, place }: Asker) {
  return { user: userId, channel: place.channel };
}

/** Slack is told "received" once what was asked is committed, and also when that fails: the person is told why. */
async function acknowledge(bot: Bot, { ack, respond }: Received, begin: Begin): Promise<void> {
  const answer = createResponder(bot, respond);
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
  const spoken = eventPayload(body);
  if (spoken === null) return;
  try {
    await answerSpoken(options, { ...spoken, isRepeated: retryReason === RECOVERED });
  } catch (error) {
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
  const asker: Asker = { userId, place, isEphemeral: false, isRepeated, triggerId: null };
  const request = { bot, asker };
  await wake(bot, place.channel);
  const startedAt = bot.now();
  const isBareInThread = spoken.text.trim() === '' && place.thread !== '';
  const command = parseCommand(spoken.text);
  const finish = isBareInThread
    ? answering(() => showNamedInThread(request))
    : await beginCommand(request, command);
  let number = 0;
  for await (const message of finish()) {
    const key = `${spoken.eventId}/${number}`;
    await reply({ ...spoken.replyTo, message: spokenView(message), key, lookFrom });
    number += 1;
  }
  const name = isBareInThread ? 'images of a thread' : command.name;
  bot.log.info({ command: name, ...idsOf(asker), ms: bot.now() - startedAt }, 'answered');
}
