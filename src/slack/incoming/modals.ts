/** Handles submitted modals, and the message shortcut. Replies are ephemeral, or direct messages if necessary. */

import type { App } from '@slack/bolt';
import { messageOf } from '../../errors.ts';
import { REGULAR_SCAN } from '../../scan/target.ts';
import { CALLBACK_IDS } from '../../views/parts/buttons.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { notMemberView } from '../../views/replies/denials.ts';
import { parseSettingsInput } from '../../views/settings/parse.ts';
import { internalErrorView } from '../../views/replies/watch.ts';
import { admit, isAdmitted, denyUnlessTyped, deniedView } from '../access/inside.ts';
import type { Invocation, CommandContext, Request } from '../context.ts';
import { showNamedIn } from '../commands/named-images.ts';
import { startIfAllowed, stopIfAllowed } from '../commands/scan.ts';
import { changeSettings } from '../commands/settings.ts';
import { RECOVERED } from './inbox.ts';
import { shortcutPayload, submissionPayload } from './payloads.ts';
import type { ListenerOptions } from './channel-events.ts';
import { type ResponseTarget, createResponder } from '../outgoing/respond.ts';
import { type ModalContext, registerWatchModal } from './watch-modal.ts';
import { createNotify } from '../outgoing/notify.ts';

export function registerModals(app: App, { bot, reply }: ListenerOptions): void {
  const respondWith: ModalContext = { bot, notify: createNotify(bot, reply) };
  registerWatchModal(app, respondWith);
  app.view(CALLBACK_IDS.settings, async ({ ack, body }) => {
    const submission = submissionPayload(body);
    if (submission.invocation.conversation.channel === '') throw new TypeError('settings of no conversation');
    const parsed = parseSettingsInput(submission.values);
    if (parsed.kind === 'invalid') {
      await ack({ response_action: 'errors', errors: { ...parsed.errors } });
      return;
    }
    const request = { bot, invocation: submission.invocation };
    // Saved first: an acknowledged submission must survive a crash.
    const saving = whyDenied(request).then((denial) => {
      if (denial !== null) return denial === 'silent' ? null : denial;
      return changeSettings(request, parsed.settings);
    });
    // Also after a failure: an unacknowledged modal says only that it had trouble connecting.
    await saving.catch(() => undefined).finally(() => ack());
    await notifyAll(respondWith, submission.invocation, yieldMessage(saving));
  });
  app.view(CALLBACK_IDS.startRegular, async ({ ack, body, context }) => {
    await ack();
    await onConfirmed(respondWith, confirmed(body, context), startRegular);
  });
  app.view(CALLBACK_IDS.stopRegular, async ({ ack, body, context }) => {
    await ack();
    await onConfirmed(respondWith, confirmed(body, context), stopIfAllowed);
  });
  app.shortcut(CALLBACK_IDS.watchScan, async ({ ack, body, respond }) => {
    await ack();
    const { invocation, message } = shortcutPayload(body);
    const respondTo = createResponder(bot, respond, invocation.conversation.channel);
    const respondHere = postEphemeralInThread(bot, invocation, respondTo);
    try {
      const denial = await denied({ bot, invocation });
      if (denial === 'silent') return;
      // Nothing is posted in a conversation with another organisation, not even ephemerally.
      if (denial === null) await respondHere(await showNamedIn({ bot, invocation }, message));
      else await respondTo(denial);
      bot.log.info({ shortcut: CALLBACK_IDS.watchScan, user: invocation.userId }, 'replied');
    } catch (error) {
      bot.log.error({ error: messageOf(error) }, 'shortcut failed');
      await respondHere(internalErrorView());
    }
  });
}

/** A response_url posts in the channel, where a click would start a watch of the channel; but it works everywhere. */
function postEphemeralInThread(
  bot: CommandContext,
  { conversation, userId }: Invocation,
  respond: ResponseTarget,
): ResponseTarget {
  return async (message) => {
    if (conversation.thread !== '' && (await bot.calls.postEphemeral({ conversation, userId }, message)))
      return;
    await respond(message);
  };
}

type Run = (request: Request) => AsyncIterable<Message>;

const startRegular: Run = (request) => startIfAllowed(request, { target: REGULAR_SCAN, isTagAssumed: false });

/** The inbox stored it before: a repeated one means that the process crashed. */
function confirmed(body: unknown, { retryReason }: { readonly retryReason?: string }): Invocation {
  const { invocation } = submissionPayload(body);
  return { ...invocation, isRetry: retryReason === RECOVERED };
}

/** The modal has closed; the reply follows. */
function onConfirmed(respondWith: ModalContext, invocation: Invocation, run: Run): Promise<void> {
  const request = { bot: respondWith.bot, invocation };
  return notifyAll(respondWith, invocation, ifAllowed(request, run(request)));
}

async function* ifAllowed(request: Request, messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  const denial = (await denied(request)) ?? (await denyFormerMember(request));
  if (denial === null) yield* messages;
  else if (denial !== 'silent') yield denial;
}

/**
 * Its metadata may name any conversation, also somebody else's direct messages. A scan belongs to none: operators may
 * start it where the bot is no member.
 */
async function denyFormerMember({ bot, invocation }: Request): Promise<Message | null> {
  const { conversation, userId, kind } = invocation;
  const isKnownOut = (await bot.access.isMember(conversation.channel, userId)) === 'no';
  return isKnownOut ? notMemberView({ isKnown: true, kind }) : null;
}

/** Rejects the modal if its sender has left the conversation. */
async function whyDenied(request: Request): Promise<Message | 'silent' | null> {
  return (await denied(request)) ?? (await denyFormerMember(request)) ?? denyUnlessTyped(request);
}

/** `silent`: people of another organisation get no reply. null where admitted. */
async function denied(request: Request): Promise<Message | 'silent' | null> {
  const admission = await admit(request);
  return isAdmitted(admission) ? null : (deniedView(admission, request.invocation) ?? 'silent');
}

/** Never rejects: the modal is closed, so an error becomes a message, too. */
async function notifyAll(
  { bot, notify }: ModalContext,
  invocation: Invocation,
  messages: AsyncIterable<Message>,
): Promise<void> {
  try {
    for await (const message of messages) await notify(invocation, message);
    bot.log.info({ user: invocation.userId, channel: invocation.conversation.channel }, 'modal handled');
  } catch (error) {
    bot.log.error({ error: messageOf(error) }, 'modal failed');
    await notify(invocation, internalErrorView());
  }
}

async function* yieldMessage(message: Promise<Message | null>): AsyncGenerator<Message> {
  const posted = await message;
  if (posted !== null) yield posted;
}
