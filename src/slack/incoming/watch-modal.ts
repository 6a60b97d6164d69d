/** Handles the modal of *Watch an image…*: starts a watch in a conversation that the person is a member of. */

import type { App } from '@slack/bolt';
import { messageOf } from '../../errors.ts';
import type { NamedTarget } from '../../scan/command.ts';
import { CALLBACK_IDS } from '../../views/parts/buttons.ts';
import { kindOfChannel } from '../../views/parts/channel.ts';
import { internalErrorView } from '../../views/replies/watch.ts';
import {
  conversationErrors,
  imageErrors,
  type ModalErrors,
  parseWatchModal,
} from '../../views/home-modal.ts';
import { admit } from '../access/inside.ts';
import { beginWatches } from '../commands/board.ts';
import { parseWithNames } from '../commands/understand.ts';
import { type Invocation, type CommandContext, type Responder, type Request, whyNoPost } from '../context.ts';
import type { Notify } from '../outgoing/notify.ts';
import { publishHome } from './app-home.ts';
import { submissionPayload } from './payloads.ts';

export interface ModalContext {
  readonly bot: CommandContext;
  readonly notify: Notify;
}

export function registerWatchModal(app: App, { bot, notify }: ModalContext): void {
  app.view(CALLBACK_IDS.watchImage, async ({ ack, body }) => {
    const { invocation, text } = readSubmission(body);
    // Recorded first: an acknowledged submission must survive a crash.
    const begun = await begin({ bot, invocation }, text).catch((error: unknown) => {
      logFailure(bot, error);
      return BROKEN;
    });
    if (typeof begun !== 'function') {
      await ack({ response_action: 'errors', errors: begun });
      return;
    }
    await ack();
    try {
      for await (const message of begun()) await notify(invocation, message);
    } catch (error) {
      logFailure(bot, error);
      await notify(invocation, internalErrorView());
    }
    // The modal was opened there: the new watch must show.
    await publishHome(bot, invocation.userId);
  });
}

function logFailure({ log }: CommandContext, error: unknown): void {
  log.error({ error: messageOf(error) }, 'modal failed');
}

/** Shown at the modal's field; the modal stays open. */
const BROKEN = conversationErrors('broken');

/** Throws for an invalid payload. The conversation is the chosen one, not that of the modal. */
function readSubmission(body: unknown): { readonly invocation: Invocation; readonly text: string } {
  const { invocation, values } = submissionPayload(body);
  const { text, channel } = parseWatchModal(values);
  return {
    invocation: { ...invocation, conversation: { channel, thread: '' }, kind: kindOfChannel(channel) },
    text,
  };
}

async function begin(request: Request, text: string): Promise<Responder | ModalErrors> {
  // Concurrently: Slack waits three seconds for the acknowledgement of a modal.
  const [images, errors] = await Promise.all([readImages(request, text), conversationErrorsOf(request)]);
  const allErrors = { ...images.errors, ...errors };
  return Object.keys(allErrors).length > 0 ? allErrors : beginWatches(request, images.targets);
}

/** As if typed after `watch`; the conversation is not known to be the person's yet. */
async function readImages(
  { bot, invocation }: Request,
  text: string,
): Promise<{ readonly targets: readonly NamedTarget[]; readonly errors: ModalErrors }> {
  const { command } = await parseWithNames(bot, `watch ${text}`, {
    channel: null,
    userId: invocation.userId,
  });
  // "Watch, thanks" is a command too, for the registry scan.
  const isOfImages =
    command.name === 'watch' && command.targets.every(({ target }) => target.kind === 'image');
  if (isOfImages) return { targets: command.targets, errors: {} };
  const problem = command.name === 'problem' ? command.problem : null;
  return { targets: [], errors: imageErrors(problem) };
}

/** Slack offers all channels that the person can see, including ones that they have not joined. */
async function conversationErrorsOf(request: Request): Promise<ModalErrors> {
  const { bot, invocation } = request;
  const { channel } = invocation.conversation;
  if (channel === '') return conversationErrors('none');
  const [member, admission, noPost] = await Promise.all([
    bot.access.isMember(channel, invocation.userId),
    admit(request),
    whyNoPost(bot, channel),
  ]);
  if (member !== 'yes') return conversationErrors(member === 'no' ? 'not-a-member' : 'members-unknown');
  if (admission !== 'yes') return conversationErrors(admission === 'unknown' ? 'members-unknown' : 'shared');
  return noPost === null ? {} : conversationErrors({ channel, noPost });
}
